//! The words in which the language is declared: tables, keys and the kind of value each key takes.
//!
//! One static tree, whose root is the schema of `RawStack`, drives everything that needs the list of
//! keys: the walk, "did you mean", `explain`, the reference, the schema for editors. It is data alone;
//! nothing here looks at a file. Declarations are made with `table!` and `words!`.

use serde_json::{Map, Value};

/// The keys of one table.
#[derive(Debug)]
pub struct Schema {
    /// What the table is, in a sentence or two.
    pub help: &'static str,
    /// Every key the table may hold, rendered or not.
    pub keys: &'static [Key],
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What it says, in a sentence or two.
    pub help: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// Whether it is written out by this version.
    pub status: KeyStatus,
    /// Whether the table is faulty without it.
    pub required: bool,
    /// A value that can be typed, as `key = value` or as the header of a table.
    pub example: &'static str,
    /// Whether the example may be advised to somebody who meant another value: never one that moves a
    /// listener, changes a release or deletes what is older.
    pub harmless: bool,
    /// What holds where it is not written.
    pub default: KeyDefault,
    /// What of the rendered files it decides; empty where the help says it.
    pub renders: &'static str,
    /// Whether templates print it as it is written.
    pub printed: bool,
    /// The release of this tool that understands it first.
    pub since: &'static str,
}

/// What holds where a key is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyDefault {
    /// Nothing: the key is required, or nothing is rendered without it.
    None,
    /// A value, as TOML.
    Value(&'static str),
    /// Something that follows from other keys, in words.
    Words(&'static str),
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
    /// What it means, in half a sentence.
    pub help: &'static str,
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
    /// A number above 0, up to 1.
    Fraction,
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
    /// A reference, a list of them, or a table of either by signal.
    SendTo,
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

    /// The name of a key that there is: asked for in a constant, one that there is not does not compile.
    #[expect(clippy::panic, reason = "called in constants alone, where it ends the build")]
    pub const fn named(&self, name: &'static str) -> &'static str {
        let mut at = 0;
        while at < self.keys.len() {
            if same(self.keys[at].name, name) {
                return name;
            }
            at += 1;
        }
        panic!("the table has no such key")
    }

    /// Of the values of all keys those that templates print as they are written.
    pub fn only_printed<const N: usize>(&self, all: [(&'static str, Value); N]) -> Map<String, Value> {
        let printed = all.into_iter().filter(|(name, _)| self.key(name).is_some_and(Key::prints));
        printed.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The keys that this version writes out.
    pub fn rendered(&self) -> impl Iterator<Item = &'static Key> + Clone {
        self.keys.iter().filter(|key| key.is_rendered())
    }
}

/// Whether two texts are the same, also in a constant.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The keys of a table that begins with those of another.
pub const fn joined<const N: usize>(first: &[Key], own: &[Key]) -> [Key; N] {
    let mut all = [own[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { own[at - first.len()] };
        at += 1;
    }
    all
}

/// The keys of a table, some of them declared another way.
pub const fn varied<const N: usize>(of: &[Key], instead: &[Key]) -> [Key; N] {
    let mut all = [of[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = of[at];
        let mut other = 0;
        while other < instead.len() {
            if same(instead[other].name, of[at].name) {
                all[at] = instead[other];
            }
            other += 1;
        }
        at += 1;
    }
    all
}

impl Key {
    /// A key as `table!` declares it: a rendered, optional one, to which the calls below add. What is not
    /// understood yet has no kind; its example is what to type instead.
    pub const fn new(
        (name, help): (&'static str, &'static str),
        kind: ValueKind,
        (value, assignment): (&'static str, &'static str),
    ) -> Self {
        let harmless = !matches!(kind, ValueKind::Version | ValueKind::Port | ValueKind::Listener(_));
        let is_header = !value.is_empty()
            && value.as_bytes()[0] == b'['
            && matches!(kind, ValueKind::Table(_) | ValueKind::Named(..));
        let (status, example) = match kind {
            ValueKind::Anything => (KeyStatus::NotYet(value), ""),
            _ if is_header => (KeyStatus::Rendered, value),
            _ => (KeyStatus::Rendered, assignment),
        };
        let default = KeyDefault::None;
        Self {
            name,
            help,
            kind,
            status,
            required: false,
            example,
            harmless,
            default,
            renders: "",
            printed: false,
            since: "0.1",
        }
    }

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

    /// The same key, with the value that holds where it is not written, as TOML.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = KeyDefault::Value(value);
        self
    }

    /// The same key, with what holds where it is not written, in words.
    pub const fn derived(mut self, words: &'static str) -> Self {
        self.default = KeyDefault::Words(words);
        self
    }

    /// The same key, with what of the rendered files it decides.
    pub const fn renders(mut self, what: &'static str) -> Self {
        self.renders = what;
        self
    }

    /// The same key, which nothing is decided of: templates print it as it is, `written.KEY`.
    #[expect(clippy::panic, reason = "called in constants alone, where it ends the build")]
    pub const fn printed(mut self) -> Self {
        match self.kind {
            ValueKind::Flag(_) | ValueKind::Whole(..) | ValueKind::Size(_) | ValueKind::Text => {}
            _ => panic!("an engine may spell such a value another way"),
        }
        self.printed = true;
        self
    }

    /// Whether templates print it, or something in it, as it is written.
    pub fn prints(&self) -> bool {
        let below = matches!(self.kind, ValueKind::Table(schema) if schema.keys.iter().any(Self::prints));
        self.printed || below
    }

    /// The same key, first understood by a release of this tool.
    pub const fn since(mut self, release: &'static str) -> Self {
        self.since = release;
        self
    }

    /// The same key, refused for good.
    pub const fn never(mut self, refusal: &'static KeyRefusal) -> Self {
        self.status = KeyStatus::Refused(refusal);
        self
    }

    /// The same flag, of which one value is not understood yet, with what to type instead.
    pub const fn not_yet(mut self, value: bool, instead: &'static str) -> Self {
        self.kind = ValueKind::Flag(Some((value, instead)));
        self
    }

    /// Whether this version writes it out.
    pub const fn is_rendered(&self) -> bool {
        matches!(self.status, KeyStatus::Rendered)
    }
}

impl Word {
    /// A word that is understood.
    pub const fn new(text: &'static str, help: &'static str) -> Self {
        Self { text, help, status: KeyStatus::Rendered }
    }

    /// The same word, not understood yet, with what to type instead.
    pub const fn later(mut self, instead: &'static str) -> Self {
        self.status = KeyStatus::NotYet(instead);
        self
    }

    /// Whether this version understands it.
    pub const fn is_rendered(&self) -> bool {
        matches!(self.status, KeyStatus::Rendered)
    }
}

impl ValueKind {
    /// The table that a value of this kind is or may be.
    pub const fn table(&self) -> Option<&'static Schema> {
        match self {
            Self::Table(schema) | Self::Listener(schema) | Self::Named(schema, _) => Some(schema),
            _ => None,
        }
    }

    /// What a value of this kind is called in `KEY takes ...`.
    pub fn noun(&self) -> String {
        match self {
            Self::Flag(_) => "true or false".into(),
            Self::Whole(..) => "a whole number".into(),
            Self::Fraction => "a number above 0, up to 1".into(),
            Self::Text | Self::Name | Self::Dial | Self::Header => "a text in quotes".into(),
            Self::Choice(_, words) => {
                let known = words.iter().filter(|word| word.is_rendered());
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
            Self::SendTo => "\"tempo\", \"collector.NAME\", a list of them, or a table by signal".into(),
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
