//! A terminal of so many columns and rows, and what a verb shows on it.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

/// Columns and rows.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u16, pub u16);

/// What a verb of the tool shows on stdout, where that is a terminal.
pub fn shown(directory: &Path, size: Size, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    tcsetwinsize(&slave, Winsize { ws_col: size.0, ws_row: size.1, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    // Lines as they are written, without a carriage return before their end.
    let mut modes = tcgetattr(&slave).unwrap();
    modes.output_modes.remove(OutputModes::OPOST);
    tcsetattr(&slave, OptionalActions::Now, &modes).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tracewright"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::from(slave))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reader = std::thread::spawn(move || {
        let (mut bytes, mut master) = (Vec::new(), File::from(master));
        // The end of a terminal that nobody has open any more is an error.
        let _the_end = master.read_to_end(&mut bytes);
        bytes
    });
    child.wait().unwrap();
    String::from_utf8(reader.join().unwrap()).unwrap()
}
