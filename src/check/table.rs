//! The one ordered table of rules.

use super::facts::Facts;
use super::{
    bind, certificates, compose, environment, file_faults, half_tls, internal, keys, loops, meeting, names,
    ports, protocol, published, sandbox, terms, tls, unit_configs, unread,
};
use crate::diagnostic::{Code, Findings, Severity};

/// One rule: its stable code, and the function that speaks.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its stable name, as `explain` takes it.
    pub code: Code,
    /// The heaviest it can be. `tls-not-enabled` and `unknown-key` are softened to warnings where
    /// their pages say so.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    judge: fn(&Facts<'_>, &mut Findings),
}

impl Rule {
    /// Adds what this rule finds.
    pub(super) fn judge(&self, facts: &Facts<'_>, findings: &mut Findings) {
        (self.judge)(facts, findings);
    }
}

const fn error(code: Code, summary: &'static str, judge: fn(&Facts<'_>, &mut Findings)) -> Rule {
    Rule { code, severity: Severity::Error, summary, judge }
}

const fn warning(code: Code, summary: &'static str, judge: fn(&Facts<'_>, &mut Findings)) -> Rule {
    Rule { code, severity: Severity::Warning, summary, judge }
}

/// Every rule, from what stops a program to what a careful reader wants to know.
pub const RULES: &[Rule] = &[
    error(keys::REFUSED, "a configuration that its program refuses", keys::refused),
    error(keys::UNKNOWN, "a key that this version does not know", keys::unknown),
    error(file_faults::COMPONENT, "a component that the release does not hold", file_faults::components),
    error(
        file_faults::COMPONENT,
        "a component that the distribution of the image does not hold",
        file_faults::distributions,
    ),
    error(file_faults::ENDPOINT, "an endpoint that no request can be sent to", file_faults::endpoints),
    error(file_faults::VARIABLE, "a dollar sign that was meant as a variable", file_faults::variables),
    error(file_faults::GENERATOR, "a metrics generator that generates nothing", file_faults::generator),
    error(environment::CODE, "an environment file that parsers read differently", environment::judge),
    error(unread::CODE, "an environment file that its unit does not read", unread::judge),
    error(compose::REFUSED, "a project that Compose does not take", compose::refused),
    error(sandbox::HIDDEN, "a unit that hides from its program what it needs", sandbox::hidden),
    error(sandbox::NOT_WRITABLE, "a directory that the program may not write to", sandbox::closed),
    error(compose::MISSING, "a mounted path where nothing is", compose::missing),
    error(compose::UNREADABLE, "a mounted file that its user may not read", compose::unreadable),
    error(compose::NOT_WRITABLE, "data where its owner cannot write", compose::not_writable),
    error(
        unit_configs::MISSING,
        "a configuration that a unit names and that is not there",
        unit_configs::missing,
    ),
    error(unit_configs::REFUSED, "a unit that systemd does not start", unit_configs::refused),
    error(sandbox::NOT_WRITABLE, "a queue that has no directory in its container", compose::queue),
    error(ports::TAKEN, "one port, two listeners", ports::taken),
    error(ports::TAKEN, "one port of a host, published twice", published::twice),
    error(published::LOOPBACK, "a published port whose listener is loopback's", published::loopback),
    error(names::CODE, "a name that no network of the client resolves", names::judge),
    error(half_tls::CODE, "TLS settings that are only half there", half_tls::judge),
    error(meeting::CODE, "a client that dials where nothing listens", meeting::judge),
    error(bind::UNREACHABLE, "a listener on an address that its client does not dial", bind::unreachable),
    warning(bind::UNREACHABLE, "a listener on loopback that is scraped at another address", bind::scraped),
    error(loops::CODE, "a collector that sends into its own receiver", loops::judge),
    error(protocol::CODE, "the wrong protocol or path for this listener", protocol::judge),
    warning(protocol::CODE, "a path that is appended twice", protocol::doubled),
    error(protocol::STREAMING, "a datasource that streams from a Tempo that does not", protocol::streaming),
    error(protocol::REMOTE_WRITE, "a remote write to a Prometheus that takes none", protocol::remote_write),
    error(terms::TENANT, "a client that names no tenant where one is needed", terms::tenant),
    error(terms::CREDENTIALS, "a client without the credentials that are demanded", terms::credentials),
    error(terms::SIGNAL, "a signal that its listener does not take", terms::signal),
    error(internal::CODE, "Tempo's internal server and its own clients disagree about TLS", internal::judge),
    error(tls::NOT_ENABLED, "TLS files without the switch that turns TLS on", tls::not_enabled),
    error(tls::MISMATCH, "TLS on one end of an edge only", tls::mismatch),
    error(certificates::DATES, "a certificate outside its dates", certificates::dates),
    error(certificates::NAMES, "a certificate that does not name what is dialled", certificates::names),
    error(
        certificates::ISSUER,
        "a certificate of a CA that the other end does not trust",
        certificates::issuer,
    ),
    error(certificates::ISSUER, "public CAs trusted alone, for a private name", certificates::public),
    error(certificates::USE, "a certificate for another use", certificates::usage),
    warning(
        bind::FROM_VARIABLE,
        "a listener whose address comes from an unset variable",
        bind::from_variable,
    ),
    warning(file_faults::PROXY, "an exporter that a variable sends through a proxy", file_faults::proxies),
    warning(bind::PLAINTEXT, "plaintext that can leave the host", bind::plaintext),
    warning(unit_configs::MISSING, "an environment file that is not there", unit_configs::environment),
    warning(compose::UNSET, "a variable that no file sets", compose::unset),
    warning(compose::MOVING, "a tag that moves, under a file of an older line", compose::moving),
    warning(compose::NOT_PUBLISHED, "ports that publish nothing", compose::not_published),
    warning(compose::HEALTHCHECK, "a health check that the image cannot run", compose::healthcheck),
    warning(ports::CONVENTION, "a conventional port with the other protocol", ports::convention),
];
