//! Takes the unwinder into the program. As a shared library it is one more to be found, mapped and relocated
//! at every start, and asks the processor what it can do, which a virtual machine traps: together a
//! twentieth of a `plan` that changes nothing.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to a build script by the environment")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux")
        && std::env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu")
    {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}
