//! Releases of engines and SDKs: what one range of versions understands. Versions are compared here and nowhere else.

pub mod collector;
pub mod loki;
pub mod prometheus;
pub mod sdk;
pub mod tempo;
