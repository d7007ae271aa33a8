//! Releases of engines: what one range of versions understands. Versions are compared here and nowhere else.

pub mod collector;
pub mod tempo;
