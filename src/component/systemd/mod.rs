//! systemd units, for what they tell about the programs they start.

pub mod read;
