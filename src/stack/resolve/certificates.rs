//! `[certificates]`.

use super::super::{CertificateSettings, TlsVersion};
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::certificate::Algorithm;
use crate::toml::{CertificatesTable, KeyField};
use std::time::Duration;

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 86_400)
}

/// How the stack issues certificates; everything has a default.
pub(super) fn settings(table: &CertificatesTable, stack: &str, faults: &mut Findings) -> CertificateSettings {
    let ca_lifetime = table.authority_lifetime.or(days(3650));
    let lifetime = table.lifetime.or(days(397));
    let renew_before = table.renew_before.or(lifetime / 3);
    let mut shorter = |key: &KeyField<Duration>, than: &KeyField<Duration>, sound: bool| {
        if !sound {
            let place = if key.is_written() { key.value() } else { than.value() };
            let title = format!("`{}` must be shorter than `{}`", key.name(), than.name());
            let found = Finding::error(Code("lifetime-order"), title).at(place, "");
            faults.push(found.help(
                "for example: lifetime = \"397d\", renew_before = \"132d\", authority_lifetime = \"3650d\"",
            ));
        }
    };
    shorter(&table.renew_before, &table.lifetime, renew_before < lifetime);
    shorter(&table.lifetime, &table.authority_lifetime, lifetime < ca_lifetime);
    let directory = table.folder.text();
    if directory.is_some_and(|directory| directory.starts_with("~/")) {
        let found = Finding::error(Code("path-relative"), "the directory of the CA is absolute");
        faults.push(found.at(table.folder.value(), "").help("folder = \"/root/authority\""));
    }
    CertificateSettings {
        directory: directory.map(ToOwned::to_owned),
        organization: table.organization.text().unwrap_or(stack).to_owned(),
        ca_lifetime,
        lifetime,
        renew_before,
        algorithm: table.algorithm.or(Algorithm::EcdsaP256),
        minimum_version: table.minimum_version.or(TlsVersion::V1_2),
        reload: table.reload.or(Duration::from_secs(300)),
        key: table.at.path().clone(),
    }
}
