//! Unit files: their lines, words and specifiers as systemd 252 splits them, and values as they must be
//! written for that. Shown on a booted host with every kind of text in every directive that we write.

mod directive;
mod lines;
pub mod quoting;
mod specifiers;
mod words;

pub use directive::{Directive, directives};
pub use lines::{UnitLine, assignments};
pub use specifiers::Specifiers;
pub use words::{Backslash, command, put_in, unpatterned, words};
