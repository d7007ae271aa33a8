//! A Prometheus and a Loki of a trial's own, in the place of those that a stack describes: on loopback, with the
//! receivers that the stack sends to, and nothing else that is not their default.

use super::{Launch, Ports, Probe, TrialError};
use crate::component::{loki, prometheus};
use crate::model::names::TargetPath;
use crate::prove::Store;
use crate::stack::Stack;
use crate::wiring::{ComponentId, ListenerId, ListenerKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// How one of them is started, and when it is ready.
#[derive(Debug)]
pub struct OwnStore {
    /// How it is started.
    pub launch: Launch,
    /// When it can be used.
    pub probe: Probe,
    config: String,
}

/// Listeners of a trial's own stores that no stack speaks of.
pub fn unspoken(own: &std::collections::BTreeSet<Store>) -> Vec<ListenerId> {
    let internal = ListenerId { component: loki::ID, kind: ListenerKind::Internal };
    if own.contains(&Store::Loki) { vec![internal] } else { Vec::new() }
}

impl OwnStore {
    /// The store of a moved stack, below the trial's directory.
    pub fn of(
        (store, binary): (Store, PathBuf),
        stack: &Stack,
        directory: &TargetPath,
        ports: &Ports,
    ) -> Option<Self> {
        let (id, file, word, path) = match store {
            Store::Tempo => return None,
            Store::Prometheus => (prometheus::ID, "prometheus.yml", "/-/ready", "/-/ready"),
            Store::Loki => (loki::ID, "config.yml", "/ready", "/ready"),
        };
        let port = |kind| ports.get(&ListenerId { component: id.clone(), kind }).map(|port| port.number());
        let http = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port(ListenerKind::Api)?);
        let home = directory.join(&id.to_string());
        let (arguments, config) = match port(ListenerKind::Internal) {
            Some(internal) => loki_files(stack, &home, (http, internal)),
            None => prometheus_files(stack, &home, http),
        };
        let config_argument = match store {
            Store::Loki => format!("-config.file={}", home.join(file)),
            Store::Prometheus | Store::Tempo => format!("--config.file={}", home.join(file)),
        };
        let launch = Launch {
            name: ComponentId::to_string(&id),
            binary,
            arguments: [vec![config_argument], arguments].concat(),
            home: PathBuf::from(home.as_str()),
        };
        let probe = Probe::of_page(ListenerKind::Api, http, (word, format!("http://{http}{path}")));
        Some(Self { launch, probe, config })
    }

    /// Writes its configuration.
    ///
    /// # Errors
    /// The machine refuses.
    pub fn write(&self) -> Result<(), TrialError> {
        let file = self.launch.arguments[0].split_once('=').map_or("", |(_, file)| file);
        super::write::file(std::path::Path::new(file), &self.config)
    }
}

/// Prometheus is told all of it by flags; those of 3.x open the same receivers in 2.47 and later, remote write in
/// every release from 2.33 on.
fn prometheus_files(stack: &Stack, home: &TargetPath, http: SocketAddr) -> (Vec<String>, String) {
    let mut arguments =
        vec![format!("--web.listen-address={http}"), format!("--storage.tsdb.path={}", home.join("data"))];
    arguments.extend(prometheus::receivers(stack).flags());
    (arguments, "global: {}\n".to_owned())
}

/// The least with which Loki 3.7 runs alone; it answers queries 10 s after its start.
fn loki_files(
    stack: &Stack,
    home: &TargetPath,
    (http, internal): (SocketAddr, u16),
) -> (Vec<String>, String) {
    let (address, port) = (http.ip(), http.port());
    let (data, tenants) = (home.join("data"), loki::tenant(stack).is_some());
    let config = format!(
        "auth_enabled: {tenants}
analytics: {{reporting_enabled: false}}
server:
  http_listen_address: {address}
  http_listen_port: {port}
  grpc_listen_address: {address}
  grpc_listen_port: {internal}
common:
  instance_addr: {address}
  path_prefix: {data}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
  storage: {{filesystem: {{chunks_directory: {data}/chunks, rules_directory: {data}/rules}}}}
schema_config:
  configs:
    - from: \"2024-01-01\"
      store: tsdb
      object_store: filesystem
      schema: v13
      index: {{prefix: index_, period: 24h}}
ingester: {{lifecycler: {{min_ready_duration: 0s}}}}
"
    );
    (Vec::new(), config)
}
