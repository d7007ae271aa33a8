//! `[host.NAME]`.

use crate::toml::declare::*;
use crate::toml::kind::{Bind, List, Spoken, Text};

table! {
    /// The host on which everything runs. Without this table the stack has one host that nobody names.
    pub struct HostTable {
        /// The name or address by which other hosts reach this one.
        address: Text = r#""tempo.lan""#, required(),
            renders("a name in the certificates of listeners that other hosts can reach");
        /// What a listener binds that a client on another host dials: an address narrows it to one network. With
        /// one host there is no such client.
        listen: Bind = r#""any""#, default(r#""any""#);
        /// Further names for the certificates of this host.
        names: List<Text> = r#"["tempo.example"]"#,
            renders("names in the certificates of all listeners");
    }
}

impl Spoken for HostTable {
    const SPOKEN: &'static str = "a host";
}
