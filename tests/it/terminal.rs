//! A terminal of so many columns and rows, and what a program shows on it.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};

/// Columns and rows.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u16, pub u16);

/// What a program showed, and how it ended.
#[derive(Debug)]
pub struct Seen {
    /// Everything that it wrote.
    pub text: String,
    /// Its exit code.
    pub code: Option<i32>,
}

/// What a verb of the tool shows on stdout, where that is a terminal.
pub fn shown(directory: &Path, size: Size, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracewright"));
    command.args(arguments).current_dir(directory).env_clear().envs(variables.iter().copied());
    printed(size, &mut command)
}

/// What a program shows on stdout, where that is a terminal; nobody can type.
pub fn printed(size: Size, command: &mut Command) -> String {
    let (master, slave) = pair(size);
    command.stdin(Stdio::null()).stdout(slave).stderr(Stdio::null());
    ended(master, command).text
}

/// What a program shows to a human who types this on the same terminal.
pub fn answered(size: Size, command: &mut Command, typed: &str) -> Seen {
    let (master, slave) = pair(size);
    let again = || slave.try_clone().unwrap();
    command.stdin(again()).stdout(again()).stderr(again());
    File::from(master.try_clone().unwrap()).write_all(typed.as_bytes()).unwrap();
    drop(slave);
    ended(master, command)
}

/// Both ends of a terminal. Lines come out as they are written, without a carriage return before their end.
fn pair(size: Size) -> (OwnedFd, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    tcsetwinsize(&slave, Winsize { ws_col: size.0, ws_row: size.1, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let mut modes = tcgetattr(&slave).unwrap();
    modes.output_modes.remove(OutputModes::OPOST);
    tcsetattr(&slave, OptionalActions::Now, &modes).unwrap();
    (master, slave)
}

fn ended(master: OwnedFd, command: &mut Command) -> Seen {
    let mut child = command.spawn().unwrap();
    // The terminal ends once nobody has it open, the command that started the program included.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let reader = std::thread::spawn(move || {
        let (mut bytes, mut master) = (Vec::new(), File::from(master));
        // The end of a terminal that nobody has open any more is an error.
        let _the_end = master.read_to_end(&mut bytes);
        bytes
    });
    let code = child.wait().unwrap().code();
    Seen { text: String::from_utf8(reader.join().unwrap()).unwrap(), code }
}
