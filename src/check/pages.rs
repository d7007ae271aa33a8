//! The help pages, one a code: what it means, what one sees when it is ignored, the ways out.

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

pages! {
    "bind-unreachable",
    "ca-mismatch",
    "certificate-dates",
    "eku-mismatch",
    "env-conflict",
    "exporter-loop",
    "file-refused",
    "half-tls",
    "internal-client-plaintext",
    "listener-from-unset-variable",
    "no-listener",
    "plaintext-reachable",
    "port-convention",
    "port-taken",
    "protocol-mismatch",
    "san-missing",
    "tls-mismatch",
    "tls-not-enabled",
    "unknown-key",
}
