//! Who runs a program, and where its files are.

use crate::toml::declare::*;
use crate::toml::kind::{
    BytesOrNone, Choice, Duration, Entries, Flag, Later, List, MebibytesOrNone, Path, Text,
};

table! {
    /// Who runs a program that is not ours to start: which unit reads the files that change, and who must
    /// be able to read them.
    pub struct RunnerTable {
        /// Whose manager runs it.
        scope: Choice<Scopes> = r#""user""#, default(r#""system""#);
        /// The user it runs as. Required in the scope `"user"`.
        user: Text = r#""otel""#, derived("the package's"), renders("owners of files and directories; `User=` in the system scope");
        /// The group it runs as.
        group: Text = r#""otel""#, derived("the package's; in the scope `\"user\"` the user's own"),
            renders("who may read configuration, certificates and keys; `Group=` in the system scope");
        /// The home of the user, in the scope `"user"` alone.
        home: Path = r#""/home/pde""#, derived("`/home/USER`, for root `/root`"), renders("what `~/` stands for");
        /// The name of its unit.
        unit: Text = r#""otelcol.service""#, derived("the package's; for applications and Grafana none, and nothing is restarted"),
            renders("the name of the unit file or of the directory of its drop-in");
    }
}

table! {
    /// The service of a program that the stack manages.
    pub struct ServiceTable: RunnerTable {
        /// `true`: a package owns the unit, and a drop-in is written. `false`: the whole unit is written.
        packaged: Flag = "true", derived("`true` in the scope `\"system\"`, `false` in the scope `\"user\"`"),
            renders("`UNIT.d/50-tracewright.conf`, or `UNIT`");
        /// The program.
        binary: Path = r#""/usr/bin/otelcol""#, derived("the package's, in `/usr/bin`"), renders("`ExecStart=`");
        /// The sandbox of the unit.
        hardening: Choice<Hardenings> = r#""strict""#, default(r#""strict""#),
            renders("the sandbox directives of the unit");
        /// How much memory it may take; `"0B"` is no limit.
        memory_limit: MebibytesOrNone = r#""512MiB""#, default(r#""512MiB""#),
            renders("`MemoryMax=`, `GOMEMLIMIT` at 80 % of it, and the processor `memory_limiter`: `limit_mib` 80 %, `spike_limit_mib` 16 %");
        /// How long it may take to stop before it is killed.
        stop_timeout: Duration = r#""30s""#, derived("`\"30s\"`, for Tempo `\"20s\"`"),
            renders("`TimeoutStopSec=`; half of it as Tempo's `backend_worker.finish_on_shutdown_timeout` (3.0)");
        /// Files with the values behind `env:NAME`. They must exist; they are never read and never written.
        environment_files: List<Path> = r#"["/etc/otelcol/secrets.env"]"#, renders("`EnvironmentFile=`");
        /// Files with the values behind `credential:NAME`, by these names.
        credentials: Entries<Path> = r#"{ token = "/etc/otelcol/token" }"#, renders("`LoadCredential=`");
        /// Further lines of the unit.
        extra: Later;
    }
}

table! {
    /// Who runs an application.
    pub struct AppServiceTable: RunnerTable {
        /// `true`: a drop-in is written with which the unit reads `env_file`. Needs `unit` and `env_file`.
        reads_env: Flag = "true", default("false"), renders("`EnvironmentFile=` in `UNIT.d/50-tracewright.conf`");
    }
}

table! {
    /// The service of Tempo.
    pub struct TempoServiceTable of ServiceTable {
        /// Whose manager runs it.
        scope: Choice<TempoScopes> = r#""system""#, default(r#""system""#);
        /// `true`: a package owns the unit, and a drop-in is written.
        packaged: Flag = "true", not_yet(false, "packaged = true"), default("true"),
            renders("`UNIT.d/50-tracewright.conf`");
        /// How much memory it may take.
        memory_limit: BytesOrNone = r#""4GiB""#, renders("`MemoryMax=`, and `GOMEMLIMIT` at 80 % of it");
    }
}

table! {
    /// The service of a Prometheus or a Loki.
    pub struct StoreServiceTable of ServiceTable {
        /// How much memory it may take.
        memory_limit: BytesOrNone = r#""4GiB""#, renders("`MemoryMax=`, and `GOMEMLIMIT` at 80 % of it");
    }
}

/// `scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeWord {
    /// `system`.
    System,
    /// `user`.
    User,
}

words! {
    /// `scope`.
    pub struct Scopes: ScopeWord {
        /// the system's manager
        "system" => ScopeWord::System;
        /// the user's own manager, which needs lingering to run without a login
        "user" => ScopeWord::User;
    }
}

words! {
    /// `scope` of Tempo.
    pub struct TempoScopes: ScopeWord {
        /// the system's manager
        "system" => ScopeWord::System;
        /// the user's own manager
        "user", instead r#"scope = "system""#;
    }
}

/// The sandbox of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hardening {
    /// The full sandbox of the engine's release and scope.
    Strict,
    /// None; a standing warning.
    Off,
}

words! {
    /// `hardening`.
    pub struct Hardenings: Hardening {
        /// the full sandbox that the engine runs in
        "strict" => Hardening::Strict;
        /// none; a warning in every plan
        "off" => Hardening::Off;
    }
}

table! {
    /// Where the files of an engine are.
    pub struct PathsTable {
        /// The configuration file.
        config: Path = r#""/etc/otelcol/config.yaml""#, derived("where the package expects it"),
            renders("the path of the file; another one resets `ExecStart=`");
        /// All local state: write-ahead logs, live store, scheduler work.
        data: Path = r#""/srv/traces""#, derived("Tempo: `storage.local`, else `/var/tempo`; a collector keeps none"),
            renders("every local path of Tempo but its blocks; `ReadWritePaths=` or `StateDirectory=`");
        /// The directory of CA, certificate and key.
        certificates: Path = r#""/etc/otelcol/tls""#, derived("`tls` beside the configuration"),
            renders("the paths of certificates and keys");
    }
}

table! {
    /// Where the files of a client are.
    pub struct CertificatePathTable {
        /// The directory of the CA's certificate.
        certificates: Path = r#""/etc/shop/tls""#,
            derived("`/etc/tracewright/APP`, in the scope `\"user\"` `~/.config/tracewright/APP`; Grafana: `/etc/grafana/tls`"),
            renders("the path of `ca.crt`");
    }
}
