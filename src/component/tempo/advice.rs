//! How Tempo is told whom it dials: its own clients, and the remote write of its generator.

use crate::component::{ClientAdvice, ClientEnd, DialTarget};
use crate::diagnostic::{Help, TextChange};
use crate::model::dataflow::Protocol;
use crate::model::names::TargetPath;

/// The clients of a Tempo.
pub const ADVICE: &dyn ClientAdvice = &Advice;

struct Advice;

fn writes(end: &ClientEnd<'_>) -> bool {
    end.client.protocol == Protocol::RemoteWrite
}

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        if writes(end) {
            return end.under("url", &format!("{}/api/v1/write", to.url()));
        }
        Help::under(end.file.clone(), "querier.frontend_worker", "frontend_address", &to.endpoint())
    }

    fn tls_on(&self, end: &ClientEnd<'_>, _: &DialTarget<'_>, ca: &TargetPath) -> Help {
        if writes(end) {
            let (setting, peer) = (end.setting(), end.client.peer());
            return format!("under `{setting}`: `url: https://{peer}/api/v1/write` and its `tls_config`")
                .into();
        }
        let text = |on: &str, _: &str| format!("{on} and `tls_ca_path: {ca}`");
        Help::both(end.under("tls_enabled", "true"), end.under("tls_ca_path", ca.as_str()), text)
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        if writes(end) {
            return end.under("url", &format!("http://{}/api/v1/write", end.client.peer()));
        }
        let help = Help::from(format!("under `{}`: remove `tls_enabled: true`", end.setting()));
        help.edit(end.file.clone(), TextChange::RemoveKey { way: format!("{}.tls_enabled", end.setting()) })
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        end.under("tls_enabled", "true")
    }

    fn certificate(&self, end: &ClientEnd<'_>) -> Help {
        format!("under `{}`: `tls_cert_path` and `tls_key_path`", end.setting()).into()
    }

    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help {
        end.under("tls_server_name", name)
    }
}
