//! How a datasource of Grafana is told whom it dials.

use crate::component::{ClientAdvice, ClientEnd, DialTarget};
use crate::diagnostic::{Help, TextChange};
use crate::model::names::TargetPath;

/// The datasources of a Grafana.
pub const ADVICE: &dyn ClientAdvice = &Advice;

struct Advice;

/// A key of a datasource.
fn beside(end: &ClientEnd<'_>, key: &str, value: &str) -> Help {
    let way = format!("{}.{key}", end.setting());
    let change = TextChange::SetKey { way, value: value.to_owned() };
    Help::from(format!("`{key}: {value}`")).edit(end.file.clone(), change)
}

impl ClientAdvice for Advice {
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help {
        beside(end, "url", &to.url())
    }

    fn tls_on(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>, _: &TargetPath) -> Help {
        let dials = self.dial(end, to);
        format!("{dials}, `jsonData.tlsAuthWithCACert: true` and the CA in `secureJsonData.tlsCACert`").into()
    }

    fn tls_off(&self, end: &ClientEnd<'_>) -> Help {
        beside(end, "url", &format!("http://{}", end.client.peer()))
    }

    fn switch(&self, end: &ClientEnd<'_>) -> Help {
        if end.client.tls.enabled {
            return "`jsonData.tlsAuthWithCACert: true` for the CA, `jsonData.tlsAuth: true` for the client's pair"
                .into();
        }
        beside(end, "url", &format!("https://{}", end.client.peer()))
    }

    fn certificate(&self, _: &ClientEnd<'_>) -> Help {
        "`jsonData.tlsAuth: true`, the pair in `secureJsonData.tlsClientCert` and `tlsClientKey`".into()
    }

    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help {
        beside(end, "jsonData.serverName", name)
    }

    fn tenant(&self, _: &ClientEnd<'_>) -> Help {
        "`jsonData: { httpHeaderName1: X-Scope-OrgID }` and the tenant in `secureJsonData.httpHeaderValue1`"
            .into()
    }
}
