//! One line of a plan: what happens at a path, why, and what it needs to be allowed.

use crate::model::block::{BlockFault, Markers};
use crate::model::certificate::CertificateSpec;
use crate::model::desired::Digest;
use crate::model::names::{CertificateName, ComponentName, Mode, Owner, StackName, TargetPath};
use crate::model::observed::{Identity, Ids, shown_target};
use crate::model::prior::PathKind;
use crate::pki::CertificateFacts;
use crate::text::Redacted;
use std::fmt;

/// What a plan does at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: TargetPath,
    /// What kind of thing it is.
    pub subject: PathKind,
    /// What happens to it.
    pub action: Action,
    /// Why, for a person: "new in the stack", "two thirds of its life ended 2026-10-01".
    pub reason: String,
    /// What it needs before it may happen.
    pub needs: Needs,
    /// Permission bits before; `None` where nothing stood there.
    pub mode_before: Option<Mode>,
    /// Permission bits afterwards; `None` where nothing stands there then.
    pub mode_after: Option<Mode>,
    /// The owner the stack names.
    pub owner: Option<Owner>,
    /// Whose file it is.
    pub component: Option<ComponentName>,
    /// Whether it is a directory made only because another path needs it.
    pub on_the_way: bool,
    /// What changes inside.
    pub content: ContentChange,
    /// Whether the program that reads it would see no difference: other comments, order or quoting.
    pub same_meaning: bool,
    pub(super) work: Option<Work>,
}

/// What happens to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// `+`
    Create,
    /// `~`
    Update,
    /// `-/+`: a new one takes its place, as for certificates.
    Replace,
    /// `-`
    Delete,
}

impl Action {
    /// Terraform's symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "-/+",
            Self::Delete => "-",
        }
    }
}

/// What an entry needs before it may happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing beyond the approval of the plan.
    Nothing,
    /// `--accept-drift`: somebody else changed the path since the last apply.
    AcceptDrift {
        /// What changed: "mode 0644, was 0640".
        what: String,
    },
    /// `--adopt`: a file that is not ours stands in the way.
    Adopt,
    /// It cannot happen.
    Refused(ChangeRefusal),
}

/// Why a path cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// A symbolic link that is not ours.
    Link {
        /// Its target.
        to: String,
    },
    /// A directory with something in it.
    DirectoryWithContent,
    /// An empty directory that is not ours.
    DirectoryInTheWay,
    /// A file where a directory is needed.
    FileInTheWay,
    /// A directory that is never made for somebody else.
    DirectoryMissing,
    /// Something the tool never touches.
    Other(&'static str),
    /// A file that only a block of is ours, with more than one name.
    HardLinks(u64),
    /// A file that cannot take a block.
    Block(BlockFault),
    /// Another stack manages it.
    OtherStack(StackName),
    /// The state has lost the bytes to go back to.
    Lost(Digest),
}

impl fmt::Display for ChangeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { to } => write!(f, "a symbolic link to {} stands in the way", shown_target(to)),
            Self::DirectoryWithContent => f.write_str("a directory with content stands in the way"),
            Self::DirectoryInTheWay => f.write_str("a directory stands in the way"),
            Self::FileInTheWay => f.write_str("a file stands where a directory is needed"),
            Self::DirectoryMissing => f.write_str(
                "the directory is not there, and the directory of an application is never made for it",
            ),
            Self::Other(what) => write!(f, "{what} stands in the way"),
            Self::HardLinks(links) => write!(f, "the file has {links} hard links"),
            Self::Block(fault) => fault.fmt(f),
            Self::OtherStack(stack) => write!(f, "the stack {stack} manages it"),
            Self::Lost(digest) => write!(f, "the state has lost object {digest}"),
        }
    }
}

impl ChangeRefusal {
    /// What helps, as it is typed; `None` where only a look at the place tells.
    pub fn help(&self, path: &TargetPath) -> Option<String> {
        Some(match self {
            Self::Link { to } => {
                let to = shown_target(to);
                format!("name the place that it points to, `{to}`, or remove the link: `rm {path}`")
            }
            Self::DirectoryMissing => format!("`mkdir -p {path}`, with the owner that the application needs"),
            Self::DirectoryInTheWay => format!("`rmdir {path}`"),
            Self::DirectoryWithContent | Self::FileInTheWay | Self::Other(_) => {
                format!("`mv {path} {path}.old`")
            }
            Self::HardLinks(_) => {
                format!("`cp -p {path} {path}.new && mv {path}.new {path}` gives it a file of its own")
            }
            Self::Block(_) => return None,
            Self::OtherStack(stack) => {
                format!("another path in one of the two stacks, or `destroy` the stack {stack}")
            }
            Self::Lost(_) => {
                "a generation whose objects are there, or `apply` of the stack itself".to_owned()
            }
        })
    }
}

/// What changes inside a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentChange {
    /// Nothing.
    None,
    /// Text, with secret values redacted on both sides; of a file that is not ours only our block.
    Text {
        /// Before; empty where nothing stood there.
        before: Redacted,
        /// Afterwards; empty where nothing stands there then.
        after: Redacted,
        /// Whether something changes that is not shown.
        hidden: bool,
    },
    /// Bytes that are no text.
    Binary {
        /// Length before.
        before: Option<usize>,
        /// Length afterwards.
        after: Option<usize>,
    },
    /// A certificate.
    Certificate {
        /// What stands there, where it can be read.
        before: Option<Box<CertificateFacts>>,
        /// What comes.
        after: CertificateAfter,
    },
    /// Where a symbolic link points.
    Link {
        /// Its target.
        to: String,
    },
    /// The owner alone.
    Owner {
        /// Numbers before.
        before: Ids,
        /// Numbers afterwards.
        after: Ids,
    },
    /// A private key: only digests are ever shown.
    PrivateKey {
        /// Of the key that stands there.
        before: Option<Digest>,
        /// Of the key that comes; `None` where it is made at apply.
        after: Option<Digest>,
    },
}

/// The certificate that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateAfter {
    /// One that apply issues.
    Issued(Box<CertificateSpec>),
    /// One that was issued before and comes back.
    Known(Option<Box<CertificateFacts>>),
    /// None.
    Gone,
}

/// What `steps` does for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    MakeDirectory { mode: Mode, ids: Option<Ids> },
    Create { payload: Payload, rights: FileRights },
    Exchange { payload: Payload, rights: FileRights, before: Identity, take_over: TakeOver },
    SetRights { digest: Digest, mode: (Mode, Mode), ids: Option<(Ids, Ids)> },
    Link { to: String },
    Unlink { to: String },
    Remove { before: Identity },
    RemoveDirectory,
    DirectoryToFile { payload: Payload, rights: FileRights },
    FileToDirectory { before: Identity, mode: Mode, ids: Option<Ids> },
}

/// Mode of a file that is written, and its owner where that is ours to choose.
pub(super) type FileRights = (Mode, Option<Ids>);

/// What a replaced file hands on to its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TakeOver {
    Nothing,
    Attributes,
    AttributesAndOwner(Markers),
}

/// The bytes of a file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    Bytes(Vec<u8>),
    Issued(Part),
}

/// A part of what apply issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Certificate(CertificateName),
    Key(CertificateName),
}
