//! `[certificates]`.

use super::super::{CertificateSettings, TlsVersion};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::certificate::Algorithm;
use crate::toml::RawTable;
use std::time::Duration;

const ALGORITHMS: &[(&str, Algorithm)] =
    &[("ecdsa-p256", Algorithm::EcdsaP256), ("ecdsa-p384", Algorithm::EcdsaP384)];
const VERSIONS: &[(&str, TlsVersion)] = &[("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 86_400)
}

/// How the stack issues certificates; everything has a default.
pub(super) fn settings(root: &RawTable, stack: &str, faults: &mut Findings) -> CertificateSettings {
    let table = root.table("certificates");
    let ca_lifetime = table.duration("authority_lifetime").unwrap_or(days(3650));
    let lifetime = table.duration("lifetime").unwrap_or(days(397));
    let renew_before = table.duration("renew_before").unwrap_or(lifetime / 3);
    let mut shorter = |key: &str, than: &str, sound: bool| {
        if !sound {
            let place = if table.has(key) { table.value(key) } else { table.value(than) };
            let title = format!("`{key}` must be shorter than `{than}`");
            let found = Finding::error(Code("lifetime-order"), title).at(place, "");
            faults.push(found.help(
                "for example: lifetime = \"397d\", renew_before = \"132d\", authority_lifetime = \"3650d\"",
            ));
        }
    };
    shorter("renew_before", "lifetime", renew_before < lifetime);
    shorter("lifetime", "authority_lifetime", lifetime < ca_lifetime);
    let directory = table.text("folder");
    if directory.is_some_and(|directory| directory.starts_with("~/")) {
        let found = Finding::error(Code("path-relative"), "the directory of the CA is absolute");
        faults.push(found.at(table.value("folder"), "").help("folder = \"/root/authority\""));
    }
    CertificateSettings {
        directory: directory.map(ToOwned::to_owned),
        organization: table.text("organization").unwrap_or(stack).to_owned(),
        ca_lifetime,
        lifetime,
        renew_before,
        algorithm: table.word("algorithm", ALGORITHMS).unwrap_or(Algorithm::EcdsaP256),
        minimum_version: table.word("minimum_version", VERSIONS).unwrap_or(TlsVersion::V1_2),
        reload: table.duration("reload").unwrap_or(Duration::from_secs(300)),
        key: table.path().clone(),
    }
}
