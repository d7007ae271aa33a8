//! When an engine can be used.

use crate::component::engine;
use crate::host::real;
use crate::prove::{self, Tls};
use crate::wiring::{ClientId, ComponentId, ListenerKind, Wiring};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

/// How long one look may take.
const LOOK: Duration = Duration::from_secs(2);

/// What must answer before an engine counts as ready.
#[derive(Clone, Debug)]
pub struct Probe {
    listeners: Vec<(ListenerKind, SocketAddr)>,
    /// What it is called, and its URL.
    page: Option<(&'static str, String)>,
    tls: Tls,
}

/// Why an engine is not ready yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReady(String);

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Probe {
    /// The listeners, with their addresses.
    pub fn listeners(&self) -> &[(ListenerKind, SocketAddr)] {
        &self.listeners
    }

    /// All listeners of a component, and its own word, where it has one.
    pub fn of(wiring: &Wiring<'_>, component: &ComponentId, tls: Tls) -> Self {
        let listeners = wiring.listeners.iter().filter(|listener| listener.id.component == *component);
        let listeners = listeners
            .map(|listener| (listener.id.kind, SocketAddr::new(listener.bind, listener.port.number())));
        let ready = engine(component.kind()).map(|engine| engine.ready);
        let page = ready.and_then(|ready| {
            let edge = wiring.edge_from(&ClientId::Tool(component.clone(), ready.listener))?;
            Some((ready.word, format!("{}{}", edge.url(wiring.target(edge).tls), ready.path)))
        });
        Self { listeners: listeners.collect(), page, tls }
    }

    /// One listener and its own word, called so, at this URL.
    pub fn of_page(kind: ListenerKind, address: SocketAddr, page: (&'static str, String)) -> Self {
        Self { listeners: vec![(kind, address)], page: Some(page), tls: Tls::default() }
    }

    /// Whether its own word is asked for over TLS.
    pub fn asks_over_tls(&self) -> bool {
        self.page.as_ref().is_some_and(|(_, url)| url.starts_with("https:"))
    }

    /// The same without its own word: for who may not ask.
    pub fn of_listeners_alone(self) -> Self {
        Self { page: None, ..self }
    }

    /// Looks once whether these addresses, at which its process listens, are all of its listeners, and what
    /// it says itself.
    ///
    /// # Errors
    /// What is still missing.
    pub fn look(&self, open: &BTreeSet<SocketAddr>) -> Result<(), NotReady> {
        if let Some((kind, address)) =
            self.listeners.iter().find(|(_, address)| real(open, *address).is_none())
        {
            return Err(NotReady(format!("it does not listen on {address} ({kind})")));
        }
        let Some((word, url)) = &self.page else { return Ok(()) };
        match prove::fetch(url, &self.tls, LOOK) {
            Ok(page) if page.status == 200 => Ok(()),
            Ok(page) => {
                let line = page.body.lines().next().unwrap_or_default().trim().to_owned();
                Err(NotReady(format!("its {word} answers {}: {line}", page.status)))
            }
            Err(why) => Err(NotReady(format!("its {word} does not answer: {why}"))),
        }
    }
}
