//! The vocabulary: names, sockets, certificates, files and units as they are wanted, seen and remembered, and
//! the steps between them. Types only; nothing is decided, read or written here.

pub mod block;
pub mod certificate;
pub mod dataflow;
pub mod desired;
pub mod env;
pub mod forms;
pub mod ground;
pub mod names;
pub mod observed;
pub mod prior;
pub mod release;
mod serial;
pub mod step;
pub mod units;
