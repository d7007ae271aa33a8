//! How Alloy is told whom it dials. Of a program that has no home the same is said: what it writes is not known here.

use crate::component::{ClientAdvice, ClientEnd, DialTarget};
use crate::diagnostic::Help;
use crate::model::dataflow::Protocol;
use crate::model::names::TargetPath;

/// The components of an Alloy.
pub const ADVICE: &dyn ClientAdvice = &Advice { is_alloy: true };

/// The clients of a program that has no home.
pub const UNKNOWN: &dyn ClientAdvice = &Advice { is_alloy: false };

struct Advice {
    is_alloy: bool,
}

fn inside(end: &ClientEnd<'_>, line: &str) -> Help {
    format!("in `{}`: `{line}`", end.setting()).into()
}

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        if self.is_alloy && end.client.protocol == Protocol::OtlpGrpc {
            return inside(end, &format!("client {{ endpoint = \"{}:{}\" }}", to.host, to.port));
        }
        inside(end, &to.url())
    }

    fn tls_on(&self, end: &ClientEnd<'_>, _: &DialTarget<'_>, ca: &TargetPath) -> Help {
        inside(end, &format!("tls {{ ca_file = \"{ca}\" }}"))
            .worded(|text| format!("{text} instead of `insecure = true`"))
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        inside(end, "tls { insecure = true }")
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        inside(end, "tls { insecure = false }")
    }

    fn certificate(&self, end: &ClientEnd<'_>) -> Help {
        inside(end, "tls { cert_file = ... }").worded(|text| format!("{text} and `key_file`"))
    }

    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help {
        inside(end, &format!("tls {{ server_name = \"{name}\" }}"))
    }
}
