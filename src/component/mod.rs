//! The programs, one home each: what a program asks of the wiring (`part`), what is written for it (`describe`),
//! how its files are read (`read`), and how its engine is started and asked. Whoever works on all of them loops
//! over [`REGISTRY`] and names none.
//!
//! A home is split by stage: `read` imports nothing of the other halves, since the same reader judges what was
//! rendered and what somebody wrote by hand.

mod advice;
pub mod alloy;
pub mod app;
mod binary;
pub mod collector;
pub mod complaint;
mod describe;
pub mod grafana;
pub mod loki;
pub mod neighbour;
pub mod prometheus;
pub mod proxy;
mod reading;
mod registry;
pub mod systemd;
pub mod tempo;

pub mod one_way;
pub mod values;

pub use advice::{ClientAdvice, ClientEnd, DialTarget, endpoint, variable};
pub use binary::{ConfigValidator, EngineBinary, Greeting, PublishedBuild, ReleaseLine};
pub use describe::{BesideFile, Component, Described, Description, Engine, Ready, Template};
pub use reading::{ConfigReader, FileRead, ProgramStart};
pub use registry::{REGISTRY, client_advice, component, engine, load, readers, templates, wire};
