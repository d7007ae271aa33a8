//! What the sandbox of a unit leaves its program of the host's files.
//!
//! Seen on systemd 252 (`tests/host/sandbox.md`): `PrivateTmp=` puts an empty directory over `/tmp` and
//! `/var/tmp`, `ProtectHome=` hides `/home`, `/root` and `/run/user` or leaves them for reading;
//! `BindPaths=` brings a path back into the first and into `tmpfs`, and nothing brings one back into
//! `ProtectHome=yes`. `ReadWritePaths=` of a path that is not there inside ends the start with 226. In a
//! user manager none of it has an effect without `PrivateUsers=`. `DynamicUser=` implies a /tmp of the
//! unit's own, `ProtectSystem=strict` and `ProtectHome=read-only` where they are not written
//! (systemd.exec(5)). Where a unit has a root of its own,
//! nothing is said.

use crate::format::address;
use crate::format::unit::{Backslash, Specifiers, UnitLine, words};
use crate::model::names::TargetPath;

/// What a program does with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It reads or starts it.
    Read,
    /// It writes to it.
    Write,
}

/// What becomes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The program does not see it.
    Hidden,
    /// The program sees it, and cannot write to it.
    ReadOnly,
}

/// A directive and the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// `PrivateTmp=yes`, as it is written.
    pub text: String,
    /// The unit or drop-in.
    pub path: TargetPath,
}

/// The directives of a unit that decide about paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    tmp: Option<Said>,
    dynamic: Option<Said>,
    home: Option<(Obstacle, Said)>,
    /// Whether what `ProtectHome=` hides can be brought back: it is `tmpfs`.
    home_takes_binds: bool,
    system: Option<(&'static [&'static str], Said)>,
    rules: Vec<Rule>,
    private_users: bool,
    /// It has another root, or directories that nothing here tells of.
    is_unknown: bool,
}

/// A directive about single paths.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    kind: RuleKind,
    path: TargetPath,
    /// Whether it may be missing (`-`).
    optional: bool,
    said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RuleKind {
    ReadWrite,
    ReadOnly,
    Inaccessible,
    Bind,
    BindReadOnly,
}

const TEMPORARY: &[&str] = &["/tmp", "/var/tmp"];
const HOMES: &[&str] = &["/home", "/root", "/run/user"];
const VENDOR: &[&str] = &["/usr", "/boot", "/efi"];
const VENDOR_AND_ETC: &[&str] = &["/usr", "/boot", "/efi", "/etc"];
const EVERYTHING: &[&str] = &["/"];
/// What `ProtectSystem=strict` leaves; below `/run` a unit has mounts of its own.
const INTERFACES: &[&str] = &["/dev", "/proc", "/sys", "/run"];

/// Directories that a directive makes, with the place below which they are.
const MADE: &[(&str, &str)] = &[
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("RuntimeDirectory", "/run"),
    ("ConfigurationDirectory", "/etc"),
];

impl Sandbox {
    /// Takes one line of `[Service]` into account.
    pub(super) fn apply(&mut self, line: &UnitLine, path: &TargetPath, specifiers: &Specifiers<'_>) {
        let said = || Said { text: format!("{}={}", line.key, line.value), path: path.clone() };
        let value = line.value.to_ascii_lowercase();
        let is_on = matches!(value.as_str(), "yes" | "true" | "on" | "1" | "y" | "t");
        match line.key.as_str() {
            "PrivateTmp" => self.tmp = (is_on || line.value == "disconnected").then(said),
            "DynamicUser" => self.dynamic = is_on.then(said),
            "ProtectHome" => {
                self.home_takes_binds = line.value == "tmpfs";
                self.home = match line.value.as_str() {
                    "read-only" => Some((Obstacle::ReadOnly, said())),
                    "tmpfs" => Some((Obstacle::Hidden, said())),
                    _ => is_on.then(|| (Obstacle::Hidden, said())),
                };
            }
            "ProtectSystem" => {
                self.system = match line.value.as_str() {
                    "strict" => Some((EVERYTHING, said())),
                    "full" => Some((VENDOR_AND_ETC, said())),
                    _ => is_on.then(|| (VENDOR, said())),
                };
            }
            "PrivateUsers" => {
                self.private_users = is_on || ["self", "identity"].contains(&line.value.as_str());
            }
            "RootDirectory"
            | "RootImage"
            | "TemporaryFileSystem"
            | "MountAPIVFS"
            | "JoinsNamespaceOf"
            | "ExtensionImages"
            | "ExtensionDirectories"
            | "MountImages" => {
                self.is_unknown |=
                    !line.value.is_empty() && !matches!(line.value.as_str(), "no" | "false" | "off" | "0");
            }
            key => self.rule(key, line, (&said, specifiers)),
        }
    }

    fn rule(&mut self, key: &str, line: &UnitLine, (said, specifiers): (&dyn Fn() -> Said, &Specifiers<'_>)) {
        let kind = match key {
            "ReadWritePaths" | "ReadWriteDirectories" => RuleKind::ReadWrite,
            "ReadOnlyPaths" | "ReadOnlyDirectories" => RuleKind::ReadOnly,
            "InaccessiblePaths" | "InaccessibleDirectories" => RuleKind::Inaccessible,
            "BindPaths" => RuleKind::Bind,
            "BindReadOnlyPaths" => RuleKind::BindReadOnly,
            key => {
                let Some((_, below)) =
                    MADE.iter().find(|(made, _)| *made == key).filter(|_| specifiers.home.is_none())
                else {
                    return;
                };
                for name in words(&line.value, Backslash::Next) {
                    let own = name.split(':').next().and_then(|name| specifiers.put_in(name));
                    match own.and_then(|name| address::path(&format!("{below}/{name}"))) {
                        Some(path) => {
                            let kind = RuleKind::ReadWrite;
                            self.rules.push(Rule { kind, path, optional: true, said: said() });
                        }
                        None => self.is_unknown = true,
                    }
                }
                return;
            }
        };
        if line.value.is_empty() {
            self.rules.retain(|rule| rule.kind != kind);
        }
        for word in words(&line.value, Backslash::Next) {
            let optional = word.starts_with('-');
            let bare = word.trim_start_matches(['-', '+']);
            // `SOURCE:DESTINATION:OPTIONS`: inside it is the destination.
            let binds = matches!(kind, RuleKind::Bind | RuleKind::BindReadOnly);
            let bare = if binds {
                bare.split(':')
                    .nth(1)
                    .filter(|text| !text.is_empty())
                    .unwrap_or_else(|| bare.split(':').next().unwrap_or_default())
            } else {
                bare
            };
            match specifiers.put_in(bare).and_then(|text| address::path(&text)) {
                Some(path) => self.rules.push(Rule { kind, path, optional, said: said() }),
                None => self.is_unknown = true,
            }
        }
    }

    /// What gives the unit a /tmp of its own.
    fn own_tmp(&self) -> Option<&Said> {
        self.tmp.as_ref().or(self.dynamic.as_ref())
    }

    /// Whether it has an effect at all, in the manager of the system or of a user.
    fn acts(&self, user: bool) -> bool {
        !self.is_unknown && (!user || self.private_users)
    }

    /// What stands between the program and a path, and the directive behind it.
    pub fn obstacle(&self, path: &TargetPath, access: Access, user: bool) -> Option<(Obstacle, &Said)> {
        if !self.acts(user) {
            return None;
        }
        let hidden = self.hidden(path);
        hidden.map(|said| (Obstacle::Hidden, said)).or_else(|| {
            let read_only = (access == Access::Write).then(|| self.read_only(path)).flatten()?;
            Some((Obstacle::ReadOnly, read_only))
        })
    }

    fn hidden(&self, path: &TargetPath) -> Option<&Said> {
        if let Some(rule) = self.closest(path, &[RuleKind::Inaccessible]) {
            return Some(&rule.said);
        }
        let bound = self.closest(path, &[RuleKind::Bind, RuleKind::BindReadOnly]).is_some();
        // The directory itself is there; what others put into it is not.
        let below = |directories: &[&str]| {
            directories.iter().any(|directory| path.as_str() != *directory && is_below(path, directory))
        };
        let tmp = self.own_tmp().filter(|_| below(TEMPORARY) && !bound);
        tmp.or_else(|| {
            let (obstacle, said) = self.home.as_ref()?;
            let brought = bound && self.home_takes_binds;
            (*obstacle == Obstacle::Hidden && below(HOMES) && !brought).then_some(said)
        })
    }

    fn read_only(&self, path: &TargetPath) -> Option<&Said> {
        let writable = self.closest(path, &[RuleKind::ReadWrite, RuleKind::Bind]);
        let written = writable.map_or(0, |rule| rule.path.as_str().len());
        let closed = self.closest(path, &[RuleKind::ReadOnly, RuleKind::BindReadOnly]);
        if let Some(closed) = closed.filter(|closed| closed.path.as_str().len() > written) {
            return Some(&closed.said);
        }
        if writable.is_some() || closed.is_some() {
            return None;
        }
        let home = match &self.home {
            Some((obstacle, said)) => (*obstacle == Obstacle::ReadOnly).then_some(said),
            None => self.dynamic.as_ref(),
        };
        if let Some(said) = home.filter(|_| HOMES.iter().any(|directory| is_below(path, directory))) {
            return Some(said);
        }
        let own_tmp = self.own_tmp().is_some() && TEMPORARY.iter().any(|directory| is_below(path, directory));
        let written = self.system.as_ref().map(|(directories, said)| (*directories, said));
        let (directories, said) = written.or_else(|| Some((EVERYTHING, self.dynamic.as_ref()?)))?;
        let interface =
            directories == EVERYTHING && INTERFACES.iter().any(|directory| is_below(path, directory));
        (directories.iter().any(|directory| is_below(path, directory)) && !interface && !own_tmp)
            .then_some(said)
    }

    /// The rule of these kinds with the longest path that holds this one.
    fn closest(&self, path: &TargetPath, kinds: &[RuleKind]) -> Option<&Rule> {
        let rules = self.rules.iter().filter(|rule| kinds.contains(&rule.kind) && path.is_within(&rule.path));
        rules.max_by_key(|rule| rule.path.as_str().len())
    }

    /// Paths that `ReadWritePaths=` names where the sandbox has nothing: the unit ends with 226.
    pub fn missing(&self, user: bool) -> impl Iterator<Item = (&TargetPath, &Said)> {
        let named = self
            .rules
            .iter()
            .filter(move |rule| self.acts(user) && rule.kind == RuleKind::ReadWrite && !rule.optional);
        named.filter_map(|rule| {
            let said = self.hidden(&rule.path)?;
            // Over what is made inaccessible it is laid all the same.
            let makes_room = self.own_tmp() == Some(said) || self.home_takes_binds;
            makes_room.then_some((&rule.path, said))
        })
    }
}

fn is_below(path: &TargetPath, directory: &str) -> bool {
    path.is_within(&TargetPath::new(directory))
}
