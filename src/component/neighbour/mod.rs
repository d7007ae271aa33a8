//! Programs beside a tracing stack, as far as they listen or dial.

pub mod read;
