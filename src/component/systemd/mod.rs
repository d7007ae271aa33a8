//! Units of the managed programs.

pub mod describe;
