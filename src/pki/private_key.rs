//! The public half of a private key file, to tell whether it belongs to a certificate.
//!
//! Only DER is taken apart (PKCS#8, SEC1, PKCS#1): nothing is signed and the private part is not
//! kept. Sources: RFC 5208, 5915, 8017, 5280.

use rustls_pki_types::pem::{PemObject, SectionKind};
use sha2::{Digest, Sha256};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// `[0]` and `[1]` of an EC key: its curve, its public key.
const CURVE: u8 = 0xa0;
const PUBLIC: u8 = 0xa1;

/// 1.2.840.113549.1.1.1 with its NULL, and 1.2.840.10045.2.1.
const RSA_ALGORITHM: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// SHA-256 of the SubjectPublicKeyInfo of the first private key in a PEM text; `None` where there is
/// none or its public half cannot be told (encrypted, EC without its public key, Ed25519).
pub fn public_key_digest(pem: &[u8]) -> Option<[u8; 32]> {
    let (kind, der) =
        <(SectionKind, Vec<u8>)>::pem_slice_iter(pem).filter_map(Result::ok).find(|(kind, _)| {
            matches!(kind, SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey)
        })?;
    let info = match kind {
        SectionKind::PrivateKey => pkcs8(&der),
        SectionKind::EcPrivateKey => ec(&der, None),
        _ => rsa(&der),
    }?;
    Some(Sha256::digest(info).into())
}

/// Whether a PEM text holds a private key, from its first line to its last.
pub fn is_private_key(pem: &[u8]) -> bool {
    rustls_pki_types::PrivateKeyDer::from_pem_slice(pem).is_ok()
}

/// PrivateKeyInfo: version, algorithm, the key of that algorithm.
fn pkcs8(der: &[u8]) -> Option<Vec<u8>> {
    let mut outer = Der(Der(der).expect(SEQUENCE)?);
    outer.expect(INTEGER)?;
    let mut algorithm = Der(outer.expect(SEQUENCE)?);
    let name = algorithm.expect(OBJECT_IDENTIFIER)?;
    let key = outer.expect(OCTETS)?;
    if name == RSA {
        rsa(key)
    } else if name == EC {
        ec(key, Some(algorithm.expect(OBJECT_IDENTIFIER)?))
    } else {
        None
    }
}

/// RSAPrivateKey: version, modulus, public exponent, and what is secret.
fn rsa(der: &[u8]) -> Option<Vec<u8>> {
    let mut key = Der(Der(der).expect(SEQUENCE)?);
    key.expect(INTEGER)?;
    let (modulus, exponent) = (key.expect(INTEGER)?, key.expect(INTEGER)?);
    let public = wrap(SEQUENCE, &[wrap(INTEGER, &[modulus]).as_slice(), &wrap(INTEGER, &[exponent])]);
    Some(wrap(SEQUENCE, &[RSA_ALGORITHM, &bits(&public)]))
}

/// ECPrivateKey: version, the secret, curve (where PKCS#8 has not said it), public key.
fn ec(der: &[u8], curve: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut key = Der(Der(der).expect(SEQUENCE)?);
    key.expect(INTEGER)?;
    key.expect(OCTETS)?;
    let own = key.optional(CURVE).and_then(|block| Der(block).expect(OBJECT_IDENTIFIER));
    let curve = curve.or(own)?;
    let mut public = Der(key.optional(PUBLIC)?);
    let point = public.expect(0x03)?;
    let names =
        wrap(SEQUENCE, &[wrap(OBJECT_IDENTIFIER, &[EC]).as_slice(), &wrap(OBJECT_IDENTIFIER, &[curve])]);
    Some(wrap(SEQUENCE, &[names.as_slice(), &wrap(0x03, &[point])]))
}

fn bits(content: &[u8]) -> Vec<u8> {
    wrap(0x03, &[&[0], content])
}

/// One DER value around its parts.
fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let bytes = length.to_be_bytes();
    let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1)..];
    let mut out = vec![tag];
    if length < 0x80 {
        out.extend(significant);
    } else {
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or(u8::MAX));
        out.extend(significant);
    }
    out.extend(parts.iter().copied().flatten());
    out
}

/// DER values, one after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next value, which must have this tag.
    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content, rest) = self.next()?;
        self.0 = rest;
        (found == tag).then_some(content)
    }

    /// The content of the next value if it has this tag.
    fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content, rest) = self.next()?;
        if found != tag {
            return None;
        }
        self.0 = rest;
        Some(content)
    }

    fn next(&self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if count > 4 || rest.len() < count {
                return None;
            }
            let (length, rest) = rest.split_at(count);
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        };
        (rest.len() >= length).then(|| (tag, &rest[..length], &rest[length..]))
    }
}
