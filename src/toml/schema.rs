//! The words in which the language is declared: tables, keys and the kind of value each key takes.
//!
//! One static tree ([`super::language::ROOT`]) drives everything that needs the list of keys: the
//! walk, "did you mean", what is not written yet. It is data alone; nothing here looks at a file.

/// The keys of one table.
#[derive(Debug)]
pub struct Schema {
    /// Every key the table may hold, rendered or not.
    pub keys: &'static [Key],
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// Whether it is written out by this version.
    pub status: KeyStatus,
    /// Whether the table is faulty without it.
    pub required: bool,
    /// A value that can be typed, for help texts.
    pub example: &'static str,
    /// Whether the example may be advised to somebody who meant another value: never one that moves a
    /// listener, changes a release or deletes what is older.
    pub harmless: bool,
}

/// Whether a key or a value is understood by this version.
#[derive(Debug, Clone, Copy)]
pub enum KeyStatus {
    /// It is.
    Rendered,
    /// It is known and refused, with what can be typed instead; its value is not looked into.
    NotYet(&'static str),
    /// It will never work in this place: code, title, and what can be typed instead.
    Refused(&'static KeyRefusal),
}

/// Why a key is refused in a place for good.
#[derive(Debug)]
pub struct KeyRefusal {
    /// Code of the finding.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What can be typed instead.
    pub help: &'static str,
}

/// One of the words a key takes.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// As it is written.
    pub text: &'static str,
    /// Whether it is understood by this version.
    pub status: KeyStatus,
}

/// The kinds of values. Each has one decoder, chosen by the TOML type or by which key is present;
/// none tries alternatives.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind {
    /// `true` or `false`; where a value of the two is not understood yet, the pair says which and
    /// what to type.
    Flag(Option<(bool, &'static str)>),
    /// A whole number within bounds, both inclusive.
    Whole(u64, u64),
    /// A text without control characters.
    Text,
    /// A name of the language: `[a-z][a-z0-9-]{0,31}`.
    Name,
    /// One of a list of words; the code is that of an unknown word.
    Choice(&'static str, &'static [Word]),
    /// One number, one unit, above zero.
    Duration,
    /// `"never"`, or a duration.
    DurationOrNever,
    /// A number of bytes.
    Size(SizeRule),
    /// A release, always in quotes.
    Version,
    /// A port number.
    Port,
    /// `"loopback"`, `"any"` or an IP literal.
    Bind,
    /// `"name"` or `"name:port"`.
    Dial,
    /// An absolute path on the host, or `~/` in a user scope.
    Path,
    /// A header's value.
    Header,
    /// A reference to a secret.
    Secret,
    /// `"tempo"` or `"collector.NAME"`.
    Reference,
    /// `"all"` or a list of names.
    Hosts,
    /// A port, `"bind:port"`, or a table with these keys.
    Listener(&'static Schema),
    /// A list, each of this kind.
    List(&'static ValueKind),
    /// A table whose keys are the user's, each value of this kind.
    Map(&'static ValueKind),
    /// A table with these keys.
    Table(&'static Schema),
    /// A table of named tables, each with these keys; the text is how one is spoken of.
    Named(&'static Schema, &'static str),
    /// Anything: the key is not understood yet.
    Anything,
}

/// What a size must be a whole number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeRule {
    /// Its engine unit is MiB.
    pub whole_mib: bool,
    /// `"0B"` means none.
    pub zero: bool,
}

impl Schema {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A rendered, optional key; the other facts are added by the calls below.
pub const fn key(name: &'static str, kind: ValueKind, example: &'static str) -> Key {
    let harmless = !matches!(kind, ValueKind::Version | ValueKind::Port | ValueKind::Listener(_));
    Key { name, kind, status: KeyStatus::Rendered, required: false, example, harmless }
}

/// A key that is known and not written yet, with what to type instead.
pub const fn later(name: &'static str, instead: &'static str) -> Key {
    bare(name, KeyStatus::NotYet(instead))
}

/// A key that a reader could expect here and that is refused for good.
pub const fn never(name: &'static str, refusal: &'static KeyRefusal) -> Key {
    bare(name, KeyStatus::Refused(refusal))
}

const fn bare(name: &'static str, status: KeyStatus) -> Key {
    Key { name, kind: ValueKind::Anything, status, required: false, example: "", harmless: true }
}

/// A word that is understood.
pub const fn word(text: &'static str) -> Word {
    Word { text, status: KeyStatus::Rendered }
}

/// A word that is known and not written yet, with what to type instead.
pub const fn later_word(text: &'static str, instead: &'static str) -> Word {
    Word { text, status: KeyStatus::NotYet(instead) }
}

impl Key {
    /// The same key, required.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same key, whose example is never advised.
    pub const fn unadvised(mut self) -> Self {
        self.harmless = false;
        self
    }
}

impl ValueKind {
    /// What a value of this kind is called in `KEY takes ...`.
    pub fn noun(&self) -> String {
        match self {
            Self::Flag(_) => "true or false".into(),
            Self::Whole(..) => "a whole number".into(),
            Self::Text | Self::Name | Self::Dial | Self::Header => "a text in quotes".into(),
            Self::Choice(_, words) => {
                let known = words.iter().filter(|word| matches!(word.status, KeyStatus::Rendered));
                listed(known.map(|word| format!("\"{}\"", word.text)).collect())
            }
            Self::Duration => "a duration in quotes".into(),
            Self::DurationOrNever => "\"never\" or a duration in quotes".into(),
            Self::Size(_) => "a size in quotes".into(),
            Self::Version => "a version in quotes".into(),
            Self::Port => "a port number".into(),
            Self::Bind => "\"loopback\", \"any\" or an IP address in quotes".into(),
            Self::Path => "a path in quotes".into(),
            Self::Secret => "a reference to a secret".into(),
            Self::Reference => "\"tempo\" or \"collector.NAME\"".into(),
            Self::Hosts => "a list, or \"all\"".into(),
            Self::Listener(_) => "a port, \"bind:port\" or a table".into(),
            Self::List(_) => "a list".into(),
            Self::Map(_) | Self::Table(_) | Self::Named(..) => "a table".into(),
            Self::Anything => "a value".into(),
        }
    }
}

/// `a, b or c`.
pub fn listed(mut items: Vec<String>) -> String {
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} or {last}", items.join(", ")),
    }
}
