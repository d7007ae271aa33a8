//! One configuration file while it is read: where marks point, and what is found in it.

use super::address;
use super::compose::{Inside, Led};
use super::values::{ExpandedText, Values};
use super::yaml::{Node, YamlEntry};
use crate::diagnostic::{Mark, SourceName};
use crate::model::dataflow::{
    Bind, Client, FileFault, FileFaultKind, FileReference, Listener, NotRead, Protocol, ServerTls,
    Suggestion, Takes, Topology, UnknownKey,
};
use crate::model::names::{Port, TargetPath};
use std::collections::BTreeMap;
use std::ops::Range;

/// A file that is being read into a topology.
#[derive(Debug)]
pub struct FileReading<'a> {
    /// What has been found so far.
    pub topology: &'a mut Topology,
    /// The program whose file it is: index into [`Topology::programs`].
    pub program: usize,
    /// The file.
    pub path: &'a TargetPath,
    /// The name under which it is shown.
    pub source: SourceName,
    /// Further files that are laid over it: how many bytes stand before each, and its name.
    pub parts: &'a [(usize, SourceName)],
    /// How its scalars are read.
    pub values: Values<'a>,
    /// The command line of the program.
    pub start: Start<'a>,
    /// What its program finds around it, where that is a container.
    pub inside: Option<&'a Inside>,
}

/// How the program is started.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// With this file alone, and these flags by name.
    Alone(&'a BTreeMap<String, String>),
    /// Nothing here starts it.
    Unknown,
}

impl<'a> Start<'a> {
    /// What a flag says, where it is known to be there.
    pub fn flag(self, name: &str) -> Option<&'a str> {
        match self {
            Self::Alone(flags) => flags.get(name).map(String::as_str),
            Self::Unknown => None,
        }
    }
}

/// Where a listener accepts, as one value of a file says it.
#[derive(Clone, Debug)]
pub struct Socket {
    /// The addresses.
    pub bind: Bind,
    /// The port.
    pub port: Port,
    /// The value that says so.
    pub at: Mark,
}

impl FileReading<'_> {
    /// A place in this file.
    pub fn mark(&self, span: Range<usize>) -> Mark {
        match self.parts.iter().rev().find(|(offset, _)| *offset <= span.start) {
            None => Mark { source: self.source.clone(), span },
            Some((offset, source)) => {
                Mark { source: source.clone(), span: span.start - offset..span.end - offset }
            }
        }
    }

    /// Lists something as not read.
    pub fn not_read(&mut self, key: &str, reason: impl Into<String>) {
        let place = if key.is_empty() { self.source.0.clone() } else { format!("{} {key}", self.source) };
        self.topology.not_read.push(NotRead { place, reason: reason.into() });
    }

    /// Records a fault: the engine does not start with this file.
    pub fn fault(&mut self, span: Range<usize>, text: impl Into<String>) {
        let mark = self.mark(span);
        self.topology.faults.push((mark, text.into()));
    }

    /// Records what is wrong with this file by itself.
    pub fn file_fault(&mut self, span: Range<usize>, kind: FileFaultKind) {
        let at = self.mark(span);
        self.topology.file_faults.push(FileFault { program: self.program, kind, at });
    }

    /// Records that the file is a part of a configuration.
    pub fn is_excerpt(&mut self) {
        self.topology.programs[self.program].excerpt = true;
    }

    /// Records a key that the version does not know.
    pub fn unknown_key(&mut self, path: String, suggestion: Option<Suggestion>, span: Range<usize>) {
        let at = self.mark(span);
        self.topology.unknown_keys.push(UnknownKey { program: self.program, path, suggestion, at });
    }

    /// How many keys of this file are recorded as unknown.
    pub fn unknown_keys_here(&self) -> usize {
        self.topology.unknown_keys.iter().filter(|key| key.program == self.program).count()
    }

    /// Adds a listener.
    pub fn listener(&mut self, setting: &str, protocol: Protocol, socket: Socket, tls: ServerTls) {
        self.topology.listeners.push(Listener {
            program: self.program,
            setting: setting.to_owned(),
            protocol,
            bind: socket.bind,
            port: socket.port,
            tls,
            takes: Takes::default(),
            at: socket.at,
        });
    }

    /// Adds a client.
    pub fn client(&mut self, client: Client) {
        self.topology.clients.push(client);
    }

    /// The text at a key; listed as not read where it cannot be told. Null is `None`.
    pub fn text<'n>(
        &mut self,
        node: &'n Node,
        way: &[&str],
        setting: &str,
    ) -> Option<(ExpandedText<'n>, &'n YamlEntry)> {
        let entry = node.at(way)?;
        match self.values.text(&entry.value) {
            Ok(text) if text.is_null() => None,
            Ok(text) => Some((text, entry)),
            Err(reason) => {
                self.not_read(&format!("{setting}.{}", way.join(".")), reason);
                None
            }
        }
    }

    /// The path at a key, where it is written and not empty.
    pub fn file(&mut self, node: &Node, way: &[&str], setting: &str) -> WrittenPath {
        let Some((text, entry)) = self.text(node, way, setting) else {
            return if node.at(way).is_some_and(|entry| !entry.value.is_null()) {
                WrittenPath::Somewhere
            } else {
                WrittenPath::No
            };
        };
        if text.text.is_empty() {
            return WrittenPath::No;
        }
        match address::path(&text.text) {
            Some(path) => self.led(path, entry.place(), &format!("{setting}.{}", way.join("."))),
            None => {
                let reason =
                    format!("`{}` is relative to the directory the program is started in", text.text);
                self.not_read(&format!("{setting}.{}", way.join(".")), reason);
                WrittenPath::Somewhere
            }
        }
    }

    /// The file that stands at a path where the program runs.
    pub fn led(&mut self, path: TargetPath, place: Range<usize>, key: &str) -> WrittenPath {
        let led = match self.inside.map(|inside| inside.lead(&path)) {
            None => return WrittenPath::File(FileReference { path, at: self.mark(place) }),
            Some(led) => led,
        };
        let reason = match led {
            Led::Here(path, _) => {
                return WrittenPath::File(FileReference { path, at: self.mark(place) });
            }
            Led::Inline(_) | Led::Embedded(_) => "a text in another file".to_owned(),
            Led::Image => format!("no file of this directory is mounted at `{path}`"),
            Led::Unknown(what) => what.to_owned(),
        };
        self.not_read(key, reason);
        WrittenPath::Somewhere
    }

    /// The address at a key of a block.
    pub fn address(&mut self, block: &Node, key: &str, setting: &str) -> WrittenAddress {
        let Some(entry) = block.entry(key).filter(|entry| !entry.value.is_null()) else {
            return WrittenAddress::Default;
        };
        let text = self.values.text(&entry.value);
        match text {
            Ok(text) => {
                self.socket(&text, entry, setting).map_or(WrittenAddress::Nowhere, WrittenAddress::At)
            }
            Err(reason) => {
                self.not_read(&format!("{setting}.{key}"), reason);
                WrittenAddress::Nowhere
            }
        }
    }

    /// The socket that `host:port` in this file opens; faults and unknowns are recorded. Without a port
    /// after the colon, or with nothing at all, the engines open a random one.
    fn socket(&mut self, text: &ExpandedText<'_>, entry: &YamlEntry, setting: &str) -> Option<Socket> {
        let at = self.mark(entry.place());
        let (host, written) = address::split(&text.text);
        let Some(port) = written.and_then(address::port) else {
            match (&text.unset, written) {
                (Some(name), _) => {
                    self.not_read(setting, format!("a random port, because nothing sets `{name}`"));
                }
                (None, Some("0" | "")) => self.not_read(setting, "a random port"),
                (None, None) if text.text.is_empty() => self.not_read(setting, "a random port"),
                (None, None) => self.fault(entry.place(), "missing port in address"),
                (None, Some(_)) => self.fault(entry.place(), "not a port"),
            }
            return None;
        };
        let bind = match (&text.unset, address::bind(host)) {
            (Some(name), _) if host.is_empty() => Bind::UnsetVariable(name.clone()),
            (_, Some(address)) => Bind::Address(address),
            (_, None) if self.is_own_name(host) => Bind::OwnName(host.to_owned()),
            (_, None) => {
                self.not_read(setting, format!("the address of `{host}` is known where it runs"));
                return None;
            }
        };
        Some(Socket { bind, port, at })
    }
}

impl FileReading<'_> {
    /// Whether a name is one of the container the program runs in.
    pub fn is_own_name(&self, host: &str) -> bool {
        self.inside.is_some_and(|inside| inside.names.contains(&host.to_lowercase()))
    }
}

/// What a file says about the address of a listener.
#[derive(Clone, Debug)]
pub enum WrittenAddress {
    /// Nothing: the engine's default counts.
    Default,
    /// This socket.
    At(Socket),
    /// Something that is no socket with a known port; it is in the lists.
    Nowhere,
}

/// A path to a file as a configuration has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenPath {
    /// Not written, or empty.
    No,
    /// Written, and which file it is cannot be told from here.
    Somewhere,
    /// This file.
    File(FileReference),
}

impl WrittenPath {
    /// Whether there is something.
    pub fn is_written(&self) -> bool {
        *self != Self::No
    }

    /// The file, where it is known.
    pub fn file(self) -> Option<FileReference> {
        match self {
            Self::File(file) => Some(file),
            Self::No | Self::Somewhere => None,
        }
    }
}
