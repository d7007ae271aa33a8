//! What the datasource template prints.

use crate::stack::Grafana;
use crate::wiring::{ClientId, ClientPlace, Wiring};
use serde::Serialize;

/// The file name of the template.
pub const TEMPLATE: &str = "grafana/datasource.yaml.j2";

/// The context of the datasource.
#[derive(Debug, Serialize)]
pub struct DatasourceContext<'a> {
    stack: &'a str,
    name: String,
    uid: String,
    url: String,
    ca: Option<String>,
}

/// Everything the template prints; `None` in a stack without Tempo, which has nothing to read.
pub fn context<'a>(
    wiring: &'a Wiring<'_>,
    grafana: &Grafana,
    place: &ClientPlace,
) -> Option<DatasourceContext<'a>> {
    let edge = wiring.edge_from(&ClientId::Of(super::ID))?;
    let tls = wiring.target(edge).tls;
    Some(DatasourceContext {
        stack: wiring.stack.name.as_str(),
        name: literal(&grafana.datasource),
        uid: literal(&grafana.uid),
        url: literal(&edge.url(tls)),
        ca: tls.then(|| format!("$__file{{{}}}", place.certificates.join("ca.crt"))),
    })
}

/// Grafana's provisioning expands `$NAME`; `$$` is a dollar sign.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
