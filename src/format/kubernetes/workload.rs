//! Workloads as services: which image runs with which command, environment and mounted texts, and under
//! which names others reach it.

use super::documents::{ClusterObject, text};
use crate::format::compose::{
    Attachment, ComposeService, EnvValue, InterpolatedText, Mount, NetworkMode, Source, WrittenText,
};
use crate::format::yaml::{Node, YamlEntry};
use std::collections::BTreeMap;

/// The network that everything in a cluster is on.
pub(super) const NETWORK: &str = "cluster";
/// Kinds whose pods run until somebody stops them.
const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Rollout"];
/// Where the operator's image has the configuration that a custom resource holds.
const OPERATOR_PATH: &str = "/conf/collector.yaml";

/// All objects that stand together.
pub(super) struct Cluster<'m> {
    pub(super) manifests: &'m [ClusterObject],
}

impl Cluster<'_> {
    /// Every container of every workload.
    pub(super) fn services(&self) -> Vec<ComposeService> {
        let mut all = Vec::new();
        for manifest in self.manifests {
            if WORKLOADS.contains(&manifest.kind()) {
                all.extend(self.workload(manifest, &self.name_of(manifest)));
            } else if manifest.kind() == "OpenTelemetryCollector" {
                all.extend(operated(manifest));
            }
        }
        all
    }

    /// What a workload is called here: by its name, with its kind and namespace where another has the same.
    fn name_of(&self, manifest: &ClusterObject) -> String {
        let same =
            |other: &&ClusterObject| WORKLOADS.contains(&other.kind()) && other.name() == manifest.name();
        let mut others = self.manifests.iter().filter(same).filter(|other| !std::ptr::eq(*other, manifest));
        let name = manifest.name();
        match others.next() {
            None => name.to_owned(),
            Some(_) => {
                let place = [manifest.namespace(), manifest.kind(), name];
                let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
                place.join("/")
            }
        }
    }

    fn workload(&self, manifest: &ClusterObject, called: &str) -> Vec<ComposeService> {
        let pod = match manifest.kind() {
            "Pod" => Some(&manifest.root),
            _ => manifest.root.at(&["spec", "template"]).map(|entry| &entry.value),
        };
        let Some(pod) = pod else { return Vec::new() };
        let containers = pod.at(&["spec", "containers"]).map(|entry| entry.value.items()).unwrap_or_default();
        let mut first: Option<String> = None;
        let mut all = Vec::new();
        for container in containers {
            let own = text(container, &["name"]);
            let name = if containers.len() == 1 { called.to_owned() } else { format!("{called}/{own}") };
            let mut service = self.container(manifest, pod, container);
            service.name.clone_from(&name);
            match &first {
                // The containers of a pod share one network.
                Some(other) => service.mode = Some(NetworkMode::Service(other.clone())),
                None => {
                    self.name(manifest, pod, &mut service);
                    first = Some(name);
                }
            }
            all.push(service);
        }
        all
    }

    fn container(&self, manifest: &ClusterObject, pod: &Node, container: &Node) -> ComposeService {
        let list = |key: &str| -> Option<Vec<WrittenText>> {
            let items = container.entry(key)?.value.items();
            Some(items.iter().filter_map(|item| written(manifest, item)).collect())
        };
        let image = container.get("image").and_then(|node| written(manifest, node));
        let at = container.entry("name").map_or_else(|| container.beginning(), YamlEntry::place);
        ComposeService {
            image,
            entrypoint: list("command"),
            command: list("args"),
            environment: environment(manifest, container),
            mounts: self.mounts(manifest, pod, container),
            at: manifest.mark(&at),
            ..ComposeService::named("")
        }
    }

    /// The names under which Services reach the pods of a workload, and the ports that they forward.
    fn name(&self, manifest: &ClusterObject, pod: &Node, service: &mut ComposeService) {
        let labels = labels_of(pod.at(&["metadata", "labels"]));
        let mut aliases = Vec::new();
        for other in self.manifests.iter().filter(|other| other.kind() == "Service") {
            let selector = labels_of(other.root.at(&["spec", "selector"]));
            let selects = !selector.is_empty()
                && other.namespace() == manifest.namespace()
                && selector.iter().all(|(key, value)| labels.get(key) == Some(value));
            if !selects {
                continue;
            }
            aliases.extend(names(other.name(), other.namespace()));
            let is_headless = text(&other.root, &["spec", "clusterIP"]) == "None";
            if !is_headless {
                service.forwards.extend(forwards(&other.root, pod));
            }
        }
        service.networks = vec![Attachment { network: NETWORK.to_owned(), aliases, at: None }];
    }

    /// What a container finds at its paths: texts of config maps of these files; the rest is elsewhere.
    fn mounts(&self, manifest: &ClusterObject, pod: &Node, container: &Node) -> Vec<Mount> {
        let volumes = pod.at(&["spec", "volumes"]).map(|entry| entry.value.items()).unwrap_or_default();
        let mounted = container.get("volumeMounts").map(Node::items).unwrap_or_default();
        let mut all = Vec::new();
        for mount in mounted {
            let (name, path) = (text(mount, &["name"]), text(mount, &["mountPath"]));
            let below = text(mount, &["subPath"]);
            let at = manifest.mark(&mount.beginning());
            let add = |all: &mut Vec<Mount>, target: String, source| {
                all.push(Mount { target, source, read_only: true, at: at.clone(), unset: None });
            };
            let Some(volume) = volumes.iter().find(|volume| text(volume, &["name"]) == name) else {
                continue;
            };
            let Some(map) = volume.get("configMap") else {
                let source = if volume.get("emptyDir").is_some() { Source::Tmpfs } else { Source::Elsewhere };
                add(&mut all, path.to_owned(), source);
                continue;
            };
            let texts = self.texts(text(map, &["name"]), manifest.namespace());
            if texts.is_empty() {
                add(&mut all, path.to_owned(), Source::Elsewhere);
            }
            let items = map.get("items").map(Node::items).unwrap_or_default();
            for (key, written) in texts {
                let item = items.iter().find(|item| text(item, &["key"]) == key);
                if item.is_none() && !items.is_empty() {
                    continue;
                }
                let file = item.map_or(key.as_str(), |item| text(item, &["path"]));
                let target = match below {
                    "" => format!("{}/{file}", path.trim_end_matches('/')),
                    below if below == file => path.to_owned(),
                    _ => continue,
                };
                add(&mut all, target, Source::Embedded(written));
            }
        }
        all
    }

    /// The texts of a config map.
    fn texts(&self, name: &str, namespace: &str) -> Vec<(String, WrittenText)> {
        let is_it = |other: &&ClusterObject| {
            other.kind() == "ConfigMap" && other.name() == name && other.namespace() == namespace
        };
        let Some(map) = self.manifests.iter().find(is_it) else { return Vec::new() };
        let data = map.root.get("data").map(Node::entries).unwrap_or_default();
        data.iter().filter_map(|entry| Some((entry.key.clone(), written(map, &entry.value)?))).collect()
    }
}

/// The collector that an operator makes of a custom resource.
fn operated(manifest: &ClusterObject) -> Option<ComposeService> {
    let config = manifest.root.at(&["spec", "config"])?;
    let image = manifest.root.at(&["spec", "image"]).and_then(|entry| written(manifest, &entry.value));
    let own = format!("{}-collector", manifest.name());
    let at = manifest.mark(&config.key_span);
    let text = WrittenText { text: InterpolatedText::default(), at: manifest.mark(&config.value.span) };
    let mount = Mount {
        target: OPERATOR_PATH.to_owned(),
        source: Source::Embedded(text),
        read_only: true,
        at: at.clone(),
        unset: None,
    };
    let word = |text: &str| WrittenText {
        text: InterpolatedText { text: text.to_owned(), ..InterpolatedText::default() },
        at: at.clone(),
    };
    Some(ComposeService {
        image,
        entrypoint: Some(vec![word("/otelcol"), word("--config"), word(OPERATOR_PATH)]),
        mounts: vec![mount],
        networks: vec![Attachment {
            network: NETWORK.to_owned(),
            aliases: names(&own, manifest.namespace()),
            at: None,
        }],
        at,
        ..ComposeService::named(&own)
    })
}

/// The names by which a Service is dialled.
fn names(name: &str, namespace: &str) -> Vec<String> {
    let space = if namespace.is_empty() { "default" } else { namespace };
    let mut all = vec![name.to_owned()];
    all.extend(["", ".svc", ".svc.cluster.local"].map(|end| format!("{name}.{space}{end}")));
    all
}

fn forwards(service: &Node, pod: &Node) -> Vec<(u16, u16)> {
    let number = |text: &str| text.parse::<u16>().ok();
    let ports = service.at(&["spec", "ports"]).map(|entry| entry.value.items()).unwrap_or_default();
    let of = |port: &Node| {
        let own = number(text(port, &["port"]))?;
        let target = match text(port, &["targetPort"]) {
            "" => own,
            target => number(target).or_else(|| named_port(pod, target))?,
        };
        Some((own, target))
    };
    ports.iter().filter_map(of).collect()
}

/// The number of a port that a container gives a name.
fn named_port(pod: &Node, name: &str) -> Option<u16> {
    let containers = pod.at(&["spec", "containers"])?.value.items();
    let ports =
        containers.iter().flat_map(|container| container.get("ports").map(Node::items).unwrap_or_default());
    ports
        .filter(|port| text(port, &["name"]) == name)
        .find_map(|port| text(port, &["containerPort"]).parse().ok())
}

fn labels_of(entry: Option<&YamlEntry>) -> BTreeMap<&str, &str> {
    let entries = entry.map(|entry| entry.value.entries()).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.as_str(), entry.value.scalar()?.text.as_str())))
        .collect()
}

/// A variable that is taken from elsewhere is known to be set, and not to what.
fn environment(manifest: &ClusterObject, container: &Node) -> BTreeMap<String, EnvValue> {
    let mut all = BTreeMap::new();
    for item in container.get("env").map(Node::items).unwrap_or_default() {
        // The address of the pod itself is what others dial, and no loopback.
        let own = text(item, &["valueFrom", "fieldRef", "fieldPath"]) == "status.podIP";
        let value = item.get("value").and_then(Node::scalar);
        // What others of the same container make of it is put in at the start.
        let value = value.filter(|scalar| !scalar.text.contains("$("));
        let span = item.entry("value").map_or_else(|| item.beginning(), YamlEntry::place);
        let at = manifest.mark(&span);
        let value = value.map(|scalar| scalar.text.clone()).or_else(|| own.then(|| "0.0.0.0".to_owned()));
        let value = value.map(|text| InterpolatedText { text, ..InterpolatedText::default() });
        all.insert(text(item, &["name"]).to_owned(), EnvValue { value, at: at.clone(), key_at: at });
    }
    if let Some(from) = container.entry("envFrom") {
        let at = manifest.mark(&from.key_span);
        all.insert(ComposeService::UNREAD.to_owned(), EnvValue { value: None, at: at.clone(), key_at: at });
    }
    all
}

fn written(manifest: &ClusterObject, node: &Node) -> Option<WrittenText> {
    let text = InterpolatedText { text: node.scalar()?.text.clone(), ..InterpolatedText::default() };
    Some(WrittenText { text, at: manifest.mark(&node.span) })
}
