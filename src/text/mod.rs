//! Text on its way to a person: what of it is a secret, what of it a terminal would obey, and what was
//! probably meant by a word that does not exist. Works on bytes alone; called by every output.

mod foreign;
mod percent;
mod redact;
mod secret;
mod suggest;

pub use foreign::{foreign, foreign_in_place, foreign_line, foreign_styled, json_safe, no_commands};
pub use percent::{is_plain, percent_encode};
pub use redact::{
    Hidden, InPlace, KnownSecrets, RedactSource, Redacted, Sources, TextFormat, redact, redact_cut,
    redact_line,
};
pub use secret::sounds_secret;
pub use suggest::nearest;
