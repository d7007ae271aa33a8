//! The managed programs, one directory each, split by stage: `dialect` (what a version range
//! understands; stands with `stack/`), `describe` (wiring and template side) and `read` (topology
//! side: the program's own semantics of its files). `read` imports nothing of the other halves.

pub mod alloy;
pub mod app;
pub mod collector;
pub mod grafana;
pub mod neighbour;
pub mod prometheus;
pub mod systemd;
pub mod tempo;

pub mod one_way;
pub mod values;
