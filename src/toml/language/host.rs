//! `[host.NAME]`.

use crate::toml::declare::table;
use crate::toml::field::TableAt;
use crate::toml::kind::{Bind, KeyKind, List, Spoken, Table, Text};
use crate::toml::raw::RawTable;
use crate::toml::schema::{Key, Schema, ValueKind};

table! {
    /// The host on which everything runs. Without this table the stack has one host that nobody names.
    pub struct HostTable {
        /// The name or address by which other hosts reach this one.
        address: Text = r#""tempo.lan""#, required(),
            renders("the names in the certificates of listeners that other hosts can reach");
        /// What a listener binds that must be reached from elsewhere: an address narrows it to one network.
        listen: Bind = r#""any""#, default(r#""any""#);
        /// Further names for the certificates of this host.
        names: List<Text> = r#"["tempo.example"]"#,
            renders("the names in the certificates of listeners that other hosts can reach");
    }
}

impl Spoken for HostTable {
    const SPOKEN: &'static str = "a host";
}
