//! How a job of Prometheus is told whom it dials.

use crate::component::{ClientAdvice, ClientEnd, DialTarget};
use crate::diagnostic::Help;
use crate::model::names::TargetPath;

/// The jobs of a Prometheus.
pub const ADVICE: &dyn ClientAdvice = &Advice;

struct Advice;

fn in_job(end: &ClientEnd<'_>, line: &str) -> Help {
    format!("in the job of `{}`: {line}", end.setting()).into()
}

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        in_job(end, &format!("`targets: [\"{}\"]`", to.endpoint()))
    }

    fn tls_on(&self, end: &ClientEnd<'_>, _: &DialTarget<'_>, ca: &TargetPath) -> Help {
        in_job(end, &format!("`scheme: https` and `tls_config: {{ ca_file: {ca} }}`"))
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        in_job(end, "`scheme: http`")
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        in_job(end, "`scheme: https`")
    }

    fn certificate(&self, end: &ClientEnd<'_>) -> Help {
        in_job(end, "`cert_file` and `key_file` in its `tls_config`")
    }

    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help {
        in_job(end, &format!("`server_name: {name}` in its `tls_config`"))
    }
}
