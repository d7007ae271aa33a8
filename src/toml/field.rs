//! What a declared table holds: its keys, each with the place where it stands or would stand.

use crate::diagnostic::{KeyPart, KeyPath, Place};
use std::sync::Arc;

/// One key of a table: its value, if it is written, and its place in the file.
#[derive(Clone, Debug)]
pub struct KeyField<T> {
    table: Arc<KeyPath>,
    name: &'static str,
    value: Option<T>,
}

impl<T> KeyField<T> {
    pub(super) fn new(table: Arc<KeyPath>, name: &'static str, value: Option<T>) -> Self {
        Self { table, name, value }
    }

    /// What is written.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Whether it is written, and was understood.
    pub fn is_written(&self) -> bool {
        self.value.is_some()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its path, written or not.
    pub fn path(&self) -> KeyPath {
        self.table.join(self.name)
    }

    /// The key itself, as a place.
    pub fn key(&self) -> Place {
        (self.path(), KeyPart::Key).into()
    }

    /// Its value, as a place.
    pub fn value(&self) -> Place {
        (self.path(), KeyPart::Value).into()
    }
}

impl<T: Copy> KeyField<T> {
    /// What is written, else a default.
    pub fn or(&self, default: T) -> T {
        self.value.unwrap_or(default)
    }
}

impl KeyField<String> {
    /// What is written.
    pub fn text(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

/// Where a table stands, and how much of it was understood.
#[derive(Clone, Debug)]
pub struct TableAt {
    pub(super) path: Arc<KeyPath>,
    pub(super) written: bool,
    pub(super) sound: bool,
    pub(super) whole: bool,
}

impl TableAt {
    /// Whether it is written.
    pub fn is_written(&self) -> bool {
        self.written
    }

    /// Whether it and everything below it was read without a fault. What is not sound is left out
    /// of later stages, so that one fault is not told twice.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Whether everything in it that can be sent to was understood. Where it was not, what seems to
    /// be missing may be just that.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Its path.
    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The last part of its path; nothing for the root.
    pub fn name(&self) -> &str {
        self.path.0.last().map_or("", String::as_str)
    }

    /// Its header, as a place.
    pub fn header(&self) -> Place {
        (self.path().clone(), KeyPart::Header).into()
    }

    /// The key it is the value of, as a place.
    pub fn key(&self) -> Place {
        (self.path().clone(), KeyPart::Key).into()
    }

    /// Itself as the value of a key, as a place.
    pub fn value(&self) -> Place {
        (self.path().clone(), KeyPart::Value).into()
    }
}
