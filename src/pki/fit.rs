//! Whether a certificate still fulfils its certificate specification.

use super::facts::{date, time};
use crate::model::certificate::{Algorithm, CertificateRole, CertificateSpec, ServerName};
use crate::pki::read::{CertificateFacts, KeyType};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// The verdict on a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFit {
    /// It does.
    Keep,
    /// It does not; why.
    Replace(String),
}

/// Judges a certificate by its certificate specification and, for a leaf, by the CA that shall have signed it.
pub fn fit(
    spec: &CertificateSpec,
    facts: &CertificateFacts,
    ca: Option<&CertificateFacts>,
    now: SystemTime,
) -> CertificateFit {
    match misfit(spec, facts, ca).or_else(|| ended(spec, facts, now)) {
        None => CertificateFit::Keep,
        Some(reason) => CertificateFit::Replace(reason),
    }
}

fn misfit(spec: &CertificateSpec, facts: &CertificateFacts, ca: Option<&CertificateFacts>) -> Option<String> {
    if facts.organization != spec.organization {
        return Some(format!("its organization becomes {}", spec.organization));
    }
    if facts.common_name != spec.common_name {
        return Some(format!("its common name becomes {}", spec.common_name));
    }
    let key = match spec.algorithm {
        Algorithm::EcdsaP256 => KeyType::EcdsaP256,
        Algorithm::EcdsaP384 => KeyType::EcdsaP384,
    };
    if facts.key != key {
        return Some("its key algorithm changes".to_owned());
    }
    match &spec.role {
        CertificateRole::Ca if !facts.is_ca => Some("it is no CA".to_owned()),
        CertificateRole::Ca => None,
        CertificateRole::Leaf { .. } if facts.is_ca => Some("it is a CA".to_owned()),
        CertificateRole::Leaf { names, server, client } => {
            let has: BTreeSet<ServerName> = facts.names.iter().cloned().collect();
            if *names != has {
                return Some(names_differ(names, &has));
            }
            if facts.usages.map(|uses| (uses.server, uses.client)) != Some((*server, *client)) {
                return Some(format!("it must serve as {}", uses(*server, *client)));
            }
            let signer = ca.and_then(|ca| ca.key_id.as_ref());
            (signer.is_some() && signer != facts.issuer_key_id.as_ref())
                .then(|| "another CA signed it".to_owned())
        }
    }
}

/// A life that does not last as long as desired, and the date from which it is replaced.
fn ended(spec: &CertificateSpec, facts: &CertificateFacts, now: SystemTime) -> Option<String> {
    let (from, until) = (time(facts.not_before), time(facts.not_after));
    let life = until.duration_since(from).unwrap_or(Duration::ZERO);
    let desired = spec.lifetime + super::issue::BACKDATED;
    if life.abs_diff(desired) > Duration::from_secs(1) {
        return Some("its lifetime changes".to_owned());
    }
    if from > now {
        return Some(format!("it is not valid before {}", date(from)));
    }
    if until <= now {
        return Some(format!("it expired on {}", date(until)));
    }
    let due = until.checked_sub(spec.renew_before)?;
    (due <= now).then(|| match spec.lifetime.abs_diff(spec.renew_before * 3) {
        near if near < Duration::from_secs(3) => format!("two thirds of its life ended {}", date(due)),
        _ => format!("its renewal was due on {}", date(due)),
    })
}

fn names_differ(desired: &BTreeSet<ServerName>, has: &BTreeSet<ServerName>) -> String {
    let list = |names: Vec<&ServerName>| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let added: Vec<_> = desired.difference(has).collect();
    let gone: Vec<_> = has.difference(desired).collect();
    match (added.is_empty(), gone.is_empty()) {
        (false, true) => format!("it must also name {}", list(added)),
        (true, _) => format!("it must no longer name {}", list(gone)),
        (false, false) => format!("it must name {} instead of {}", list(added), list(gone)),
    }
}

fn uses(server: bool, client: bool) -> &'static str {
    match (server, client) {
        (true, true) => "server and client",
        (true, false) => "server",
        (false, true) => "client",
        (false, false) => "neither server nor client",
    }
}
