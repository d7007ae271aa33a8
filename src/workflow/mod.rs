//! What several verbs share: a stack loaded and judged, a host looked at and agreed with, a change carried out.
//! Files, environment and clock are read here and in `host/`, nowhere else.

pub mod application;
pub mod back;
pub(crate) mod base;
pub mod ca;
pub mod change;
pub(crate) mod clock;
pub mod consent;
pub mod engines;
pub mod files;
pub(crate) mod forms;
pub mod host;
pub mod journals;
pub mod judge;
pub mod load;
pub mod logs;
pub(crate) mod origin;
pub(crate) mod person;
pub mod proof;
pub mod proving;
pub mod reach;
pub mod readers;
pub mod review;
mod root_directory;
pub mod running;
pub(crate) mod saved;
pub mod session;
pub mod stages;
pub mod status;
pub(crate) mod steady;
pub mod survey;
pub mod trial;
pub mod validation;
pub mod verdicts;
pub mod watch;
pub(crate) mod way_back;
pub mod written;
