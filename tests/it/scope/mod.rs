//! What is a person's is done with that person's rights, and nobody else's directory is ever written to.
//! These tests need root; without it each says by its name that it did not run.

mod attack;
mod child;
mod hostile;
mod lab;
mod life;
mod walk;
