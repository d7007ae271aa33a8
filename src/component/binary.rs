//! The binary of a program: what it is called, how it tells its release, and how it judges a configuration.

use super::complaint::Complaint;
use std::fmt;

/// Major and minor number of a release.
pub type ReleaseLine = (u16, u16);

/// A binary that can be looked for and asked.
pub struct EngineBinary {
    /// Its name, which is also that of its package.
    pub name: &'static str,
    /// The flag with which a user names it.
    pub flag: &'static str,
    /// The argument on which it tells its release.
    pub version_argument: &'static str,
    /// The first line that it prints then.
    pub greeting: Greeting,
    /// Whether what is written for one release line is what the other one reads.
    pub written_alike: fn(ReleaseLine, ReleaseLine) -> bool,
    /// Builds of the same program that its project publishes; others have names of their own.
    pub published: &'static [PublishedBuild],
    /// How it judges a configuration; `None` where it cannot.
    pub validator: Option<ConfigValidator>,
    /// The binary beside it that judges one instead.
    pub judged_by: Option<&'static EngineBinary>,
}

/// How a binary tells its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// `NAME version 0.159.0`: builds of somebody's own have names of their own.
    AnyName,
    /// `tempo, version 2.10.8 (branch: …)`: programs of other makers have some of these names, without the comma.
    OwnName,
    /// The same; of a build that knows no release, and begins like this, the name of its file says it.
    OwnNameOr(&'static str),
}

/// A build that the project of a program publishes, and what names it in a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedBuild {
    /// What it calls itself.
    pub name: &'static str,
    /// The key of its table that chooses it.
    pub key: &'static str,
    /// That key's value.
    pub value: &'static str,
}

/// How a binary judges a configuration before anybody runs on it.
pub struct ConfigValidator {
    /// Its arguments, with the one that names the configuration among them.
    pub arguments: fn(String) -> Vec<String>,
    /// What it is given in place of the text: never a secret that it would only look at.
    pub plain: fn(&str) -> String,
    /// What it says against a text, from what it printed.
    pub complaints: fn(said: &str, text: &str) -> Vec<Complaint>,
}

impl ConfigValidator {
    /// The command line, of the binary and the argument that names the configuration.
    pub fn command_line(&self, binary: &str, config: &str) -> String {
        format!("{binary} {}", (self.arguments)(config.to_owned()).join(" "))
    }
}

impl PartialEq for EngineBinary {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for EngineBinary {}

impl fmt::Debug for EngineBinary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
