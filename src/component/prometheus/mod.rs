//! Prometheus, as far as the command line of its unit says where it listens and what it takes.

pub mod read;
pub mod scrape;
