//! systemd units: those of the managed programs, and what any unit tells of the program it starts.

pub mod describe;
pub mod read;
