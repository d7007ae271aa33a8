//! The nouns that cross module borders: names, ports, paths, modes. A value of one of these types
//! is known to be well formed; the raw text never travels further than `toml/` and `stack/`.

use std::fmt;

macro_rules! text_newtype {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);
        impl $name {
            /// Wraps a text that the caller has judged.
            pub fn new(text: impl Into<String>) -> Self { Self(text.into()) }
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )+};
}

text_newtype! {
    /// The stack's own name: `[a-z][a-z0-9-]{0,31}`.
    StackName,
    /// A host of the stack; `this` where the stack names none.
    HostName,
    /// A named table's name, or `tempo` / `grafana`: `main`, `gateway`, `ag-backend`.
    ComponentName,
    /// A Unix user name.
    UserName,
    /// A Unix group name.
    GroupName,
    /// A systemd unit with its suffix: `otelcol.service`.
    UnitName,
    /// The name of a certificate of the stack: `ca`, or the component whose leaf it is.
    CertificateName,
    /// A path on a host: absolute, without `..`, `.`, double slashes, newline or trailing slash.
    /// Never joined with a path of the machine that runs the tool, except in `host/`.
    TargetPath,
}

impl HostName {
    /// The only host of a stack without host tables.
    pub fn this() -> Self {
        Self::new("this")
    }
}

/// Bytes of the longest name that a file system gives to a file.
pub const LONGEST_NAME: usize = 255;
/// Bytes of the longest path that the kernel takes in one call.
pub const LONGEST_PATH: usize = 4095;

impl TargetPath {
    /// The path of an entry below this directory; `below` has no leading slash.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        if self.0 == "/" { Self(format!("/{below}")) } else { Self(format!("{}/{below}", self.0)) }
    }

    /// The directory it stands in; `/` for a top-level entry.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self.0.rsplit_once('/') {
            Some(("", _)) | None => Self("/".to_owned()),
            Some((directory, _)) => Self(directory.to_owned()),
        }
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// Why no host has such a path, or has it in another spelling; `None` for a path that a host may have.
    pub fn flaw(&self) -> Option<&'static str> {
        let Some(below) = self.0.strip_prefix('/') else { return Some("is not absolute") };
        let parts = || below.split('/');
        if self.0.contains('\0') {
            Some("holds a zero byte")
        } else if parts().any(|part| matches!(part, "" | "." | "..")) {
            Some("is not the only spelling of a path")
        } else if parts().any(|part| part.len() > LONGEST_NAME) {
            Some("has a name of more than 255 bytes")
        } else {
            (self.0.len() > LONGEST_PATH).then_some("has more than 4095 bytes")
        }
    }

    /// Whether it is `folder` or lies below it.
    pub fn is_within(&self, directory: &TargetPath) -> bool {
        directory.0 == "/"
            || self.0 == directory.0
            || (self.0.starts_with(&directory.0) && self.0.as_bytes().get(directory.0.len()) == Some(&b'/'))
    }
}

/// A TCP port, 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(u16);

impl Port {
    /// A port from a number; `None` for 0 and for what does not fit.
    pub fn new(number: i64) -> Option<Self> {
        u16::try_from(number).ok().filter(|port| *port != 0).map(Self)
    }

    /// A port known when the tool was written; must not be 0.
    pub const fn known(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Permission bits of a file or directory, `0o640`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(pub u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// Which service manager, and whose files: the system's, or one user's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The system manager; files are written by root.
    System,
    /// The manager of this user; files are written with the user's own rights.
    User(UserName),
}

/// User and group of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Owning user.
    pub user: UserName,
    /// Owning group.
    pub group: GroupName,
}

impl Owner {
    /// An owner from two names.
    pub fn of(user: &str, group: &str) -> Self {
        Self { user: UserName::new(user), group: GroupName::new(group) }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.group)
    }
}
