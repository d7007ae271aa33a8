//! How an exporter of the collector is told whom it dials.

use crate::component::{ClientAdvice, ClientEnd, DialTarget};
use crate::diagnostic::Help;
use crate::model::dataflow::Protocol;
use crate::model::names::TargetPath;

/// The exporters of a collector.
pub const ADVICE: &dyn ClientAdvice = &Advice;

struct Advice;

/// Whether the scheme of its endpoint turns TLS on and off.
fn by_scheme(end: &ClientEnd<'_>) -> bool {
    end.client.protocol == Protocol::OtlpHttp
}

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        let endpoint = match end.client.protocol {
            Protocol::RemoteWrite => format!("{}/api/v1/write", to.url()),
            Protocol::LokiApi => format!("{}/loki/api/v1/push", to.url()),
            Protocol::OtlpHttp => to.url(),
            _ => to.endpoint(),
        };
        end.under("endpoint", &endpoint)
    }

    fn tls_on(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>, ca: &TargetPath) -> Help {
        let tls = format!("{{ ca_file: {ca} }}");
        if by_scheme(end) {
            let text = |dials: &str, _: &str| format!("{dials} and `tls: {tls}`");
            return Help::both(self.dial(end, to), end.under("tls", &tls), text);
        }
        end.under("tls", &tls).worded(|text| format!("{text} instead of `insecure: true`"))
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        if by_scheme(end) {
            return end.under("endpoint", &format!("http://{}", end.client.peer()));
        }
        let off = end.under("tls", "{ insecure: true }");
        off.worded(|text| format!("{text}, without a `ca_file`, which would turn TLS on again"))
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        if by_scheme(end) {
            return end.under("endpoint", &format!("https://{}", end.client.peer()));
        }
        Help::under(end.file.clone(), &format!("{}.tls", end.setting()), "insecure", "false")
    }

    fn certificate(&self, end: &ClientEnd<'_>) -> Help {
        format!("under `{}.tls`: `cert_file` and `key_file`", end.setting()).into()
    }

    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help {
        Help::under(end.file.clone(), &format!("{}.tls", end.setting()), "server_name_override", name)
    }
}
