//! Views of results for people and programs. Text in, text out: nothing here reads a file or knows
//! whether it writes to a terminal.

pub mod diagnostics;
