//! Environment files: who reads them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who reads an application's `.env` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EnvFormat {
    /// A dotenv library, or compose's `env_file:`.
    Dotenv,
    /// systemd's `EnvironmentFile=`.
    Systemd,
    /// A shell that sources it.
    Shell,
    /// `docker run --env-file`, which never unquotes.
    Docker,
    /// The injector of the OpenTelemetry packages: quotes as in a shell, one file for every program of a host.
    Injector,
}
