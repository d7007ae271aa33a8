//! What a key can be declared to take: a type a kind, which ties the decoder of its values to the type
//! of the field that holds them.

use super::field::KeyField;
use super::raw::{RawHosts, RawSendTo, RawTable, RawValue};
use super::schema::{Schema, SizeRule, ValueKind, Word};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::net::IpAddr;

/// What a key takes.
pub trait KeyKind {
    /// What a table holds for such a key.
    type Field;
    /// How its value is decoded.
    const KIND: ValueKind;
    /// The field, taken out of the decoded table.
    fn take(table: &mut RawTable, name: &'static str) -> Self::Field;
    /// What templates print of it, where they print it as it is written.
    fn printed(_field: &Self::Field) -> Value {
        Value::Null
    }
}

/// A kind whose value stands for itself.
pub trait Single {
    /// The type of the value.
    type Value;
    /// How it is decoded.
    const KIND: ValueKind;
    /// The decoded value.
    fn value(raw: RawValue) -> Self::Value;
    /// The same for a template, where every engine spells it alike.
    fn printed(_value: &Self::Value) -> Value {
        Value::Null
    }
}

impl<S: Single> KeyKind for S {
    type Field = KeyField<S::Value>;
    const KIND: ValueKind = S::KIND;
    fn take(table: &mut RawTable, name: &'static str) -> KeyField<S::Value> {
        let value = table.take(name).map(S::value);
        KeyField::new(table.shared_path(), name, value)
    }
    fn printed(field: &KeyField<S::Value>) -> Value {
        field.get().map_or(Value::Null, S::printed)
    }
}

/// Keys that templates print as they are written, by their names.
pub type Printed = Map<String, Value>;

/// A declared table, read.
pub trait Table: Sized {
    /// What is declared of it.
    const SCHEMA: &'static Schema;
    /// Its fields, taken out of the decoded table.
    fn fill(raw: &mut RawTable) -> Self;
    /// What templates print of it as it is written: every such key, with nothing where it is not written.
    fn printed(&self) -> Printed;
    /// The table of a decoded one.
    fn read(mut raw: RawTable) -> Self {
        Self::fill(&mut raw)
    }
}

/// The words of a key.
pub trait Words {
    /// What a word means.
    type Meaning;
    /// Every word, rendered or not.
    const WORDS: &'static [Word];
    /// The code of a finding about an unknown word.
    const UNKNOWN: &'static str = "value-unknown";
    /// What a rendered word means.
    fn meaning(word: &str) -> Option<Self::Meaning>;
}

/// Declares kinds whose decoded value is one variant.
macro_rules! singles {
    ($($(#[doc = $doc:literal])+ $kind:ident => $decoded:expr, $variant:ident($value:ident): $type:ty $(, $printed:ident)?;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $kind;

        impl Single for $kind {
            type Value = $type;
            const KIND: ValueKind = $decoded;
            fn value(raw: RawValue) -> $type {
                match raw {
                    RawValue::$variant($value) => $value,
                    other => other.mismatch(),
                }
            }
            $(
                fn $printed($value: &$type) -> Value {
                    json!($value)
                }
            )?
        }
    )+};
}

singles! {
    /// `true` or `false`.
    Flag => ValueKind::Flag(None), Flag(flag): bool, printed;
    /// A text without control characters.
    Text => ValueKind::Text, Text(text): String, printed;
    /// A name of the language.
    Name => ValueKind::Name, Text(text): String;
    /// A release.
    Version => ValueKind::Version, Text(text): String;
    /// A path on the host.
    Path => ValueKind::Path, Text(text): String;
    /// A header's value.
    Header => ValueKind::Header, Text(text): String;
    /// A reference to a secret.
    Secret => ValueKind::Secret, Text(text): String;
    /// What clients dial instead: a host, and a port where one is written.
    Dial => ValueKind::Dial, Dial(dial): (String, Option<u16>);
    /// A bind address.
    Bind => ValueKind::Bind, Bind(address): IpAddr;
    /// A duration above zero.
    Duration => ValueKind::Duration, Duration(duration): std::time::Duration;
    /// A duration, or `None` for `"never"`.
    DurationOrNever => ValueKind::DurationOrNever, DurationOrNever(duration): Option<std::time::Duration>;
    /// A number above 0, up to 1, as it is shortest.
    Fraction => ValueKind::Fraction, Text(number): String;
    /// Names of hosts, or all of them.
    Hosts => ValueKind::Hosts, Hosts(hosts): RawHosts;
    /// Components that can be sent to.
    SendTo => ValueKind::SendTo, SendTo(targets): RawSendTo;
    /// A number of bytes.
    Bytes => ValueKind::Size(SizeRule { whole_mib: false, zero: false }), Bytes(bytes): u64, printed;
    /// A number of bytes, `"0B"` for none.
    BytesOrNone => ValueKind::Size(SizeRule { whole_mib: false, zero: true }), Bytes(bytes): u64, printed;
    /// A number of bytes that an engine counts in MiB.
    Mebibytes => ValueKind::Size(SizeRule { whole_mib: true, zero: false }), Bytes(bytes): u64, printed;
    /// A number of bytes that an engine counts in MiB, `"0B"` for none.
    MebibytesOrNone => ValueKind::Size(SizeRule { whole_mib: true, zero: true }), Bytes(bytes): u64, printed;
}

/// A whole number from 1 to `MOST`.
#[derive(Clone, Copy, Debug)]
pub struct Count<const MOST: u32>;

impl<const MOST: u32> Single for Count<MOST> {
    type Value = u32;
    const KIND: ValueKind = ValueKind::Whole(1, MOST as u64);
    fn value(raw: RawValue) -> u32 {
        match raw {
            RawValue::Whole(number) => u32::try_from(number).expect("bounded by its kind"),
            other => other.mismatch(),
        }
    }
    fn printed(number: &u32) -> Value {
        json!(number)
    }
}

/// A port number.
#[derive(Clone, Copy, Debug)]
pub struct PortNumber;

impl Single for PortNumber {
    type Value = u16;
    const KIND: ValueKind = ValueKind::Port;
    fn value(raw: RawValue) -> u16 {
        match raw {
            RawValue::Whole(number) => u16::try_from(number).expect("bounded by its kind"),
            other => other.mismatch(),
        }
    }
}

/// One of some words.
#[derive(Clone, Copy, Debug)]
pub struct Choice<W>(PhantomData<W>);

impl<W: Words> Single for Choice<W> {
    type Value = W::Meaning;
    const KIND: ValueKind = ValueKind::Choice(W::UNKNOWN, W::WORDS);
    fn value(raw: RawValue) -> W::Meaning {
        W::meaning(&raw.into_text()).expect("the walk takes no other words")
    }
}

/// A list of texts.
#[derive(Clone, Copy, Debug)]
pub struct List<S>(PhantomData<S>);

impl<S: Single> Single for List<S> {
    type Value = Vec<S::Value>;
    const KIND: ValueKind = ValueKind::List(&S::KIND);
    fn value(raw: RawValue) -> Vec<S::Value> {
        match raw {
            RawValue::List(items) => items.into_iter().map(S::value).collect(),
            other => other.mismatch(),
        }
    }
}

/// A table whose keys are the user's.
#[derive(Clone, Copy, Debug)]
pub struct Entries<S>(PhantomData<S>);

impl<S: Single> Single for Entries<S> {
    type Value = BTreeMap<String, S::Value>;
    const KIND: ValueKind = ValueKind::Map(&S::KIND);
    fn value(raw: RawValue) -> BTreeMap<String, S::Value> {
        match raw {
            RawValue::Map(entries) => {
                entries.into_iter().map(|(name, value)| (name, S::value(value))).collect()
            }
            other => other.mismatch(),
        }
    }
}

/// Tables of the same keys, by the user's names.
#[derive(Clone, Copy, Debug)]
pub struct Tables<T>(PhantomData<T>);

/// A table that is spoken of with an article.
pub trait Spoken: Table {
    /// `a collector`.
    const SPOKEN: &'static str;
}

impl<T: Spoken> KeyKind for Tables<T> {
    type Field = BTreeMap<String, T>;
    const KIND: ValueKind = ValueKind::Named(T::SCHEMA, T::SPOKEN);
    fn take(table: &mut RawTable, name: &'static str) -> BTreeMap<String, T> {
        let tables = table.take_named(name).into_iter();
        tables.map(|(name, raw)| (name, T::read(raw))).collect()
    }
}

/// A listener in one of its three shapes: a port, `"bind:port"`, or a table of these keys.
#[derive(Clone, Copy, Debug)]
pub struct ListenerOf<T>(PhantomData<T>);

impl<T: Table> KeyKind for ListenerOf<T> {
    type Field = T;
    const KIND: ValueKind = ValueKind::Listener(T::SCHEMA);
    fn take(table: &mut RawTable, name: &'static str) -> T {
        T::read(table.take_table(name, T::SCHEMA))
    }
}

/// A key that is known and not understood yet: nothing of it is read.
#[derive(Clone, Copy, Debug)]
pub struct Later;

impl KeyKind for Later {
    type Field = Self;
    const KIND: ValueKind = ValueKind::Anything;
    fn take(_: &mut RawTable, _: &'static str) -> Self {
        Self
    }
}
