//! Arbitrary valid stacks, as texts, so that a property goes the whole way from the first byte.

use proptest::prelude::*;
use std::fmt::Write;

/// What is written on a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Override {
    Nothing,
    Port,
    LoopbackTls,
    LoopbackPlain,
    AnyTls,
    AnyPlain,
    SixTls,
    SixPlain,
    LanTls,
    DialTls,
    DialPlain,
    MaxMessage,
}

pub const OVERRIDES: [Override; 12] = [
    Override::Nothing,
    Override::Port,
    Override::LoopbackTls,
    Override::LoopbackPlain,
    Override::AnyTls,
    Override::AnyPlain,
    Override::SixTls,
    Override::SixPlain,
    Override::LanTls,
    Override::DialTls,
    Override::DialPlain,
    Override::MaxMessage,
];

impl Override {
    /// The listener as a TOML value; `port` is free on the host.
    fn toml(self, port: u16) -> String {
        let keys = match self {
            Self::Nothing => return port.to_string(),
            Self::Port => "".to_owned(),
            Self::LoopbackTls => ", tls = true".to_owned(),
            Self::LoopbackPlain => ", bind = \"loopback\", tls = false".to_owned(),
            Self::AnyTls => ", bind = \"any\", tls = true".to_owned(),
            Self::AnyPlain => ", bind = \"any\", tls = false".to_owned(),
            Self::SixTls => ", bind = \"::1\", tls = true".to_owned(),
            Self::SixPlain => ", bind = \"::1\", tls = false".to_owned(),
            Self::LanTls => ", bind = \"10.0.0.5\", tls = true".to_owned(),
            Self::DialTls => format!(", dial = \"listener.lan:{}\", tls = true", port + 1000),
            Self::DialPlain => ", dial = \"listener.lan\", tls = false".to_owned(),
            Self::MaxMessage => ", max_message = \"32MiB\"".to_owned(),
        };
        format!("{{ port = {port}{keys} }}")
    }
}

/// Tempo's lines, each also as an exact release.
pub const TEMPO_VERSIONS: [&str; 6] = ["2.10", "2.10.8", "3.0", "3.0.3", "3.1", "3.1.0"];

/// The choices behind a generated stack.
#[derive(Clone, Debug)]
pub struct Choices {
    pub edge: bool,
    pub app_grpc: bool,
    pub collector_grpc: bool,
    /// The collector's listener that the application dials.
    pub collector_listener: Override,
    /// Tempo's listener that the collector dials.
    pub tempo_listener: Override,
    pub api: Override,
    pub tempo_version: &'static str,
    pub internal_tls: bool,
    pub internal_any: bool,
    pub contrib: bool,
    pub user_scope: bool,
    pub packaged: bool,
    pub batch: u8,
    pub queue: u8,
    pub own_listeners: u8,
    pub env_dialect: u8,
    pub rust: bool,
    pub grafana: bool,
    pub prometheus: bool,
    pub chain: bool,
    pub direct_app: bool,
    pub extras: u8,
    pub port: u16,
}

/// All stacks; every choice is independent of the others and every combination is valid.
pub fn choices() -> impl Strategy<Value = Choices> {
    let an_override = || proptest::sample::select(OVERRIDES.to_vec());
    let flags = proptest::collection::vec(any::<bool>(), 13);
    let small = (0u8..3, 0u8..4, 0u8..4, 0u8..4, 0u8..8);
    let versions = proptest::sample::select(TEMPO_VERSIONS.to_vec());
    let listeners = (an_override(), an_override(), an_override());
    (flags, listeners, versions, small, 20_000u16..40_000).prop_map(
        |(
            flags,
            (collector_listener, tempo_listener, api),
            tempo_version,
            (batch, queue, own_listeners, env_dialect, extras),
            port,
        )| {
            Choices {
                edge: flags[0],
                app_grpc: flags[1],
                collector_grpc: flags[2],
                collector_listener,
                tempo_listener,
                api: if matches!(api, Override::MaxMessage) { Override::Port } else { api },
                tempo_version,
                internal_tls: flags[3],
                internal_any: flags[4],
                contrib: flags[5],
                user_scope: flags[6],
                packaged: flags[7] && !flags[6],
                batch,
                queue,
                own_listeners,
                env_dialect,
                rust: flags[8],
                grafana: flags[9],
                prometheus: flags[12],
                chain: flags[10],
                direct_app: flags[11],
                extras,
                port,
            }
        },
    )
}

impl Choices {
    /// The stack's text.
    pub fn toml(&self) -> String {
        let mut text =
            format!("schema = 1\nname = \"made\"\ntls = \"{}\"\n", if self.edge { "edge" } else { "off" });
        self.collector(&mut text);
        if self.chain {
            text.push_str(&format!(
                "[collector.second]\nversion = \"0.150\"\nsend_to = \"tempo\"\nprotocol = \"{}\"\nreceive = {{ grpc = {} }}\nmetrics = {}\nhealth = {}\nservice = {{ unit = \"second.service\" }}\npaths = {{ config = \"/etc/second/config.yaml\", certificates = \"/etc/second/tls\", data = \"/srv/second\" }}\n",
                protocol(self.collector_grpc), self.port + 20, self.port + 21, self.port + 22,
            ));
        }
        self.tempo(&mut text);
        self.app(&mut text);
        if self.grafana {
            text.push_str("[grafana]\nservice = { unit = \"grafana-server.service\" }\n");
        }
        if self.prometheus {
            text.push_str("[prometheus]\nscrape_file = \"/etc/prometheus/scrape.d/made.yml\"\n");
            text.push_str("labels = { cluster = \"lab\" }\n");
        }
        text
    }

    fn collector(&self, text: &mut String) {
        let version = ["0.144", "0.152.0", "0.159", "0.165"][usize::from(self.extras) % 4];
        let distribution = if self.contrib { "contrib" } else { "core" };
        writeln!(text, "[collector.main]\nversion = \"{version}\"\ndistribution = \"{distribution}\"")
            .unwrap();
        let (setting, other) = if self.app_grpc { ("grpc", "http") } else { ("http", "grpc") };
        let second =
            if self.extras & 1 == 1 { format!(", {other} = {}", self.port + 1) } else { String::new() };
        writeln!(text, "receive = {{ {setting} = {}{second} }}", self.collector_listener.toml(self.port))
            .unwrap();
        if self.chain {
            text.push_str("send_to = \"collector.second\"\nprotocol = \"grpc\"\n");
        } else {
            writeln!(text, "send_to = \"tempo\"\nprotocol = \"{}\"", protocol(self.collector_grpc)).unwrap();
        }
        text.push_str(match (self.user_scope, self.packaged) {
            (true, _) => "service = { scope = \"user\", user = \"pde\" }\n",
            (false, true) => "service = { memory_limit = \"1GiB\" }\n",
            (false, false) => "service = { packaged = false, stop_timeout = \"45s\" }\n",
        });
        text.push_str(match (self.batch, self.queue) {
            (_, 3) => "batch = { enabled = false }\nqueue = { enabled = false }\n",
            (0, _) => "batch = { size = 512, timeout = \"5s\" }\n",
            (1, _) => "batch = { place = \"processor\" }\n",
            (_, _) => "batch = { enabled = false }\n",
        });
        text.push_str(match self.queue {
            1 => "queue = { requests = 5000, when_full = \"wait\" }\n",
            2 => "queue = { bytes = \"64MiB\" }\n",
            _ => "",
        });
        text.push_str(match self.own_listeners {
            0 => "",
            1 => "metrics = { enabled = false }\n",
            2 => "health = { enabled = false }\ndebug = \"basic\"\n",
            _ => "health = { port = 13134, tls = true }\nretry = { give_up = \"never\" }\n",
        });
        if self.extras & 2 == 2 {
            text.push_str(
                "headers = { x-team = \"a b\" }\nsecret_headers = { authorization = \"env:TOKEN\" }\n",
            );
        }
    }

    fn tempo(&self, text: &mut String) {
        let (setting, other) = if self.collector_grpc { ("grpc", "http") } else { ("http", "grpc") };
        // An application that goes straight to Tempo needs the gRPC listener open.
        let second = if self.direct_app && !self.collector_grpc {
            format!(", {other} = {}", self.port + 11)
        } else {
            String::new()
        };
        writeln!(
            text,
            "[tempo]\nversion = \"{}\"\nreceive = {{ {setting} = {}{second} }}",
            self.tempo_version,
            self.tempo_listener.toml(self.port + 10)
        )
        .unwrap();
        writeln!(text, "http = {}", self.api.toml(self.port + 12)).unwrap();
        let bind = if self.internal_any { ", bind = \"any\"" } else { "" };
        // A wide internal listener must say what it serves.
        writeln!(text, "internal = {{ port = {}, tls = {}{bind} }}", self.port + 13, self.internal_tls)
            .unwrap();
        text.push_str(match self.extras & 4 {
            4 => "storage = { local = \"/srv/tempo\" }\nretention = \"7d\"\n",
            _ => "",
        });
    }

    fn app(&self, text: &mut String) {
        let dialect = ["dotenv", "systemd", "shell", "docker"][usize::from(self.env_dialect)];
        let sdk = if self.rust {
            "{ language = \"rust\", version = \"0.31\", tls_settings = \"code\" }"
        } else {
            "{ language = \"other\" }"
        };
        let scope = if self.user_scope {
            "service = { scope = \"user\", user = \"pde\", unit = \"shop.service\" }"
        } else {
            "service = { user = \"shop\" }"
        };
        let directory = if self.user_scope { "/home/pde/shop" } else { "/srv/shop" };
        writeln!(text, "[app.shop]\nenv_file = \"{directory}/.env\"\nenv_dialect = \"{dialect}\"\nsdk = {sdk}\nprotocol = \"{}\"\nsend_to = \"collector.main\"\n{scope}", protocol(self.app_grpc)).unwrap();
        if self.extras & 1 == 1 {
            // Only an SDK whose unit of time is known may be given one.
            text.push_str(if self.rust {
                "timeout = \"4s\"\nheaders = { x-team = \"ab\" }\n"
            } else {
                "headers = { x-team = \"ab\" }\n"
            });
        }
        if self.direct_app {
            text.push_str(
                "[app.direct]\nenv_file = \"/srv/direct/.env\"\nprotocol = \"grpc\"\nsend_to = \"tempo\"\n",
            );
        }
    }
}

fn protocol(grpc: bool) -> &'static str {
    if grpc { "grpc" } else { "http/protobuf" }
}
