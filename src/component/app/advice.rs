//! How an application's SDK is told whom it dials: by variables.

use crate::component::{ClientAdvice, ClientEnd, DialTarget, variable};
use crate::diagnostic::{Help, TextChange};
use crate::model::dataflow::{Protocol, Signal};
use crate::model::names::TargetPath;

/// The exporters of an SDK.
pub const ADVICE: &dyn ClientAdvice = &Advice;

struct Advice;

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        let setting = end.setting();
        let per_signal = setting.contains("TRACES_ENDPOINT");
        let own = to.path.unwrap_or("/v1/traces");
        let path = if end.client.protocol == Protocol::OtlpHttp && per_signal { own } else { "" };
        let key = if setting.ends_with("ENDPOINT") { setting } else { "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" };
        variable(end.file.clone(), key, &format!("{}{path}", to.url()))
    }

    fn tls_on(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>, ca: &TargetPath) -> Help {
        let trusts = variable(end.file.clone(), "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", ca.as_str());
        Help::both(self.dial(end, to), trusts, |dials, trusts| format!("{dials}, and its CA in {trusts}"))
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        with_scheme(end, "http").worded(|text| format!("{text}, and no certificate variables"))
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        with_scheme(end, "https")
    }

    fn certificate(&self, _: &ClientEnd<'_>) -> Help {
        "`OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE` and `…_CLIENT_KEY`".into()
    }

    fn server_name(&self, _: &ClientEnd<'_>, name: &str) -> Help {
        format!("dial it as `{name}`, if that name leads to this host").into()
    }

    fn tenant(&self, _: &ClientEnd<'_>) -> Help {
        "`OTEL_EXPORTER_OTLP_TRACES_HEADERS=x-scope-orgid=TENANT`".into()
    }

    fn credentials(&self, _: &ClientEnd<'_>) -> Help {
        "`OTEL_EXPORTER_OTLP_TRACES_HEADERS=authorization=...`, a space written as `%20`".into()
    }

    fn unserved(&self, _: &ClientEnd<'_>, signal: Signal, receiver: &str) -> Help {
        format!("put `{receiver}` into a pipeline of {signal}").into()
    }
}

/// Another scheme in an endpoint, whose text is where the mark points.
fn with_scheme(end: &ClientEnd<'_>, scheme: &str) -> Help {
    let from = if scheme == "http" { "https" } else { "http" };
    let help = Help::from(format!("`{scheme}://` in `{}`", end.setting()));
    let start = end.client.at.span.start;
    help.edit(
        end.file.clone(),
        TextChange::Replace { span: start..start + from.len(), with: scheme.to_owned() },
    )
}
