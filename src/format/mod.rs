//! Readers of text formats, without any engine's semantics.

pub mod compose;
