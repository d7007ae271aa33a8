//! The two macros with which the language is declared, each making a type and its declaration together:
//! a key that is declared is a field, and asking for one that is not does not compile.
//!
//! ```text
//! table! {
//!     /// What the table is.
//!     pub struct TempoTable {
//!         /// How long a trace is kept.
//!         retention: Duration = r#""336h""#, default(r#""336h""#), unadvised();
//!         /// Limits of what is taken in.
//!         limits: Later;
//!     }
//! }
//! ```
//!
//! A key has its help, its kind, a value that can be typed, and facts: calls on [`Key`](super::schema::Key).
//! `pub struct A: B` begins with the keys of the table `B`; `A of B` is the table `B`, of which some keys
//! are declared another way.

/// Declares a table.
macro_rules! table {
    (
        $(#[doc = $help:literal])+
        pub struct $table:ident $(: $base:ident)? { $($keys:tt)* }
    ) => {
        table! { @struct $table [$($base)?] [$($help)+] $($keys)* }
    };
    (
        $(#[doc = $help:literal])+
        pub struct $table:ident of $whole:ident { $($keys:tt)* }
    ) => {
        #[doc = concat!($($help, "\n"),+)]
        #[derive(Clone, Copy, Debug)]
        pub struct $table;

        impl $table {
            /// What is declared of it.
            pub const SCHEMA: &'static Schema = &Schema {
                help: concat!($($help),+),
                keys: &varied::<{ <$whole as Table>::SCHEMA.keys.len() }>(
                    <$whole as Table>::SCHEMA.keys,
                    &table!(@keys $($keys)*),
                ),
            };
        }

        table! { @varies $whole $($keys)* }

        impl KeyKind for $table {
            type Field = $whole;
            const KIND: ValueKind = ValueKind::Table(Self::SCHEMA);
            fn take(table: &mut RawTable, name: &'static str) -> $whole {
                <$whole as Table>::read(table.take_table(name, Self::SCHEMA))
            }
            fn printed(field: &$whole) -> serde_json::Value {
                Table::printed(field).into()
            }
        }
    };
    // Each key that varies is one of the whole table, and still of the same type.
    (@varies $whole:ident $($(#[doc = $doc:literal])+ $key:ident: $kind:ty $(= $example:literal)? $(, $fact:ident($($value:expr),*))* ;)*) => {
        const _: fn(&$whole) = |table| { $( let _: &<$kind as KeyKind>::Field = &table.$key; )* };
    };
    (@keys $($(#[doc = $doc:literal])+ $key:ident: $kind:ty $(= $example:literal)? $(, $fact:ident($($value:expr),*))* ;)*) => {
        [$(
            Key::new(
                (stringify!($key), concat!($($doc),+)),
                <$kind as KeyKind>::KIND,
                (concat!("" $(, $example)?), concat!(stringify!($key), " = " $(, $example)?)),
            )
            $(.$fact($($value),*))*
        ),*]
    };
    (
        @struct $table:ident [] [$($help:literal)+]
        $($(#[doc = $doc:literal])+ $key:ident: $kind:ty $(= $example:literal)? $(, $fact:ident($($value:expr),*))* ;)*
    ) => {
        #[doc = concat!($($help, "\n"),+)]
        #[derive(Clone, Debug)]
        pub struct $table {
            /// Where it stands.
            pub at: TableAt,
            $( $(#[doc = $doc])+ pub $key: <$kind as KeyKind>::Field, )*
        }

        impl Table for $table {
            const SCHEMA: &'static Schema = &Schema {
                help: concat!($($help),+),
                keys: &table!(@keys $( $(#[doc = $doc])+ $key: $kind $(= $example)? $(, $fact($($value),*))* ;)*),
            };
            fn fill(raw: &mut RawTable) -> Self {
                Self { at: raw.at(), $( $key: <$kind as KeyKind>::take(raw, stringify!($key)), )* }
            }
            fn printed(&self) -> Printed {
                let all = [$( (stringify!($key), <$kind as KeyKind>::printed(&self.$key)) ),*];
                Self::SCHEMA.only_printed(all)
            }
        }

        table! { @kind $table }
    };
    (
        @struct $table:ident [$base:ident] [$($help:literal)+]
        $($(#[doc = $doc:literal])+ $key:ident: $kind:ty $(= $example:literal)? $(, $fact:ident($($value:expr),*))* ;)*
    ) => {
        #[doc = concat!($($help, "\n"),+)]
        #[derive(Clone, Debug)]
        pub struct $table {
            /// The keys it begins with.
            base: $base,
            $( $(#[doc = $doc])+ pub $key: <$kind as KeyKind>::Field, )*
        }

        impl $table {
            const OWN: &'static [Key] =
                &table!(@keys $( $(#[doc = $doc])+ $key: $kind $(= $example)? $(, $fact($($value),*))* ;)*);
        }

        impl Table for $table {
            const SCHEMA: &'static Schema = &Schema {
                help: concat!($($help),+),
                keys: &joined::<{ <$base as Table>::SCHEMA.keys.len() + Self::OWN.len() }>(
                    <$base as Table>::SCHEMA.keys,
                    Self::OWN,
                ),
            };
            fn fill(raw: &mut RawTable) -> Self {
                Self {
                    base: <$base as Table>::fill(raw),
                    $( $key: <$kind as KeyKind>::take(raw, stringify!($key)), )*
                }
            }
            fn printed(&self) -> Printed {
                let mut printed = self.base.printed();
                let all = [$( (stringify!($key), <$kind as KeyKind>::printed(&self.$key)) ),*];
                printed.extend(Self::SCHEMA.only_printed(all));
                printed
            }
        }

        impl std::ops::Deref for $table {
            type Target = $base;
            fn deref(&self) -> &$base {
                &self.base
            }
        }

        table! { @kind $table }
    };
    (@kind $table:ident) => {
        impl KeyKind for $table {
            type Field = Self;
            const KIND: ValueKind = ValueKind::Table(<Self as Table>::SCHEMA);
            fn take(table: &mut RawTable, name: &'static str) -> Self {
                <Self as Table>::read(table.take_table(name, <Self as Table>::SCHEMA))
            }
            fn printed(field: &Self) -> serde_json::Value {
                Table::printed(field).into()
            }
        }
    };
}

/// Declares the words that a key takes, and what each means.
macro_rules! words {
    (
        $(#[doc = $help:literal])+
        pub struct $words:ident: $meaning:ty $(, unknown $code:literal)? {
            $( $(#[doc = $doc:literal])+ $word:literal $(=> $value:expr)? $(, instead $instead:literal)? ; )+
        }
    ) => {
        $(#[doc = $help])+
        #[derive(Clone, Copy, Debug)]
        pub struct $words;

        impl Words for $words {
            type Meaning = $meaning;
            const WORDS: &'static [Word] =
                &[$( Word::new($word, concat!($($doc),+)) $(.later($instead))? ),+];
            $( const UNKNOWN: &'static str = $code; )?
            fn meaning(word: &str) -> Option<$meaning> {
                match word {
                    $( $( $word => Some($value), )? )+
                    _ => None,
                }
            }
        }
    };
}

// What a declaration is made of, beside its kinds.
pub(super) use super::field::TableAt;
pub(super) use super::kind::{KeyKind, Printed, Table, Words};
pub(super) use super::raw::RawTable;
pub(super) use super::schema::{Key, Schema, ValueKind, Word, joined, varied};
pub(super) use {table, words};
