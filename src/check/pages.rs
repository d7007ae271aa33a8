//! The help pages, one a code: what it means, what one sees when it is ignored, the ways out.

use crate::format::keys::nearest;

macro_rules! pages {
    ($($code:literal),+ $(,)?) => {
        /// Every code that has a page, in alphabetical order.
        pub const CODES: &[&str] = &[$($code),+];

        /// The help page of a code, in Markdown; `None` for a code that does not exist.
        pub fn explain(code: &str) -> Option<&'static str> {
            match code {
                $($code => Some(include_str!(concat!("pages/", $code, ".md"))),)+
                _ => None,
            }
        }
    };
}

/// The code that a mistyped one was most likely meant to be.
pub fn nearest_code(text: &str) -> Option<&'static str> {
    nearest(text, CODES.iter().copied()).and_then(|near| CODES.iter().copied().find(|code| *code == near))
}

pages! {
    "address-text",
    "authority-in-git",
    "authority-shared",
    "batch-size",
    "batch-without-queue",
    "bind-unreachable",
    "ca-mismatch",
    "certificate-dates",
    "collector-ambiguous",
    "debug-detailed",
    "dial-text",
    "duplicate-key",
    "duration-unit",
    "eku-mismatch",
    "engine-refuses",
    "engine-unusable",
    "engine-version",
    "engine-warns",
    "env-conflict",
    "exporter-loop",
    "file-refused",
    "file-too-large",
    "group-missing",
    "half-tls",
    "hardening-off",
    "header-secret",
    "header-text",
    "home-differs",
    "host-list",
    "internal-bind",
    "internal-client-plaintext",
    "key-missing",
    "key-unused",
    "lifetime-order",
    "linger-missing",
    "listener-from-unset-variable",
    "listener-needed",
    "listener-shape",
    "listener-text",
    "listener-tls",
    "manager-absent",
    "manager-silent",
    "name-shape",
    "no-files",
    "no-listener",
    "not-yet",
    "number-range",
    "one-of",
    "path-home",
    "path-relative",
    "path-shape",
    "plaintext-reachable",
    "port-convention",
    "port-held",
    "port-range",
    "port-taken",
    "program-missing",
    "protocol-mismatch",
    "protocol-missing",
    "protocol-text",
    "queue-memory",
    "reference-unknown",
    "retry-order",
    "same-file",
    "san-missing",
    "schema-unknown",
    "sdk-unsupported",
    "sdk-without-tls",
    "secret-unsupported",
    "secret-value",
    "send-to-missing",
    "service-user-missing",
    "size-inexact",
    "size-unit",
    "stack-exists",
    "stack-missing",
    "stack-not-utf8",
    "stack-too-large",
    "stack-unknown",
    "stack-unreadable",
    "template",
    "text-control",
    "text-empty",
    "tls-mismatch",
    "tls-not-enabled",
    "tls-unsupported",
    "toml-syntax",
    "topic-unknown",
    "unit-faulty",
    "unit-masked",
    "unit-missing",
    "unknown-key",
    "unknown-table",
    "unnamed-table",
    "url-text",
    "user-missing",
    "value-type",
    "value-unknown",
    "value-unwritable",
    "version-missing",
    "version-not-text",
    "version-text",
    "version-unknown",
}
