//! Text formats as they are written, with positions: YAML, environment files, lines of units, addresses,
//! tables of keys. What a value means to one program is that program's business.

pub mod address;
pub mod alloy;
pub mod compose;
pub mod edit;
pub mod env_file;
pub mod keys;
pub mod kubernetes;
pub mod marker;
pub mod page;
pub mod proxy;
pub mod unit;
pub mod values;
pub mod yaml;
