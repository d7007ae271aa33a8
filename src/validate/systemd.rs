//! `systemd-analyze verify` on a unit that is not installed, and `security` for how exposed it is.
//!
//! A drop-in is judged over a stand-in of the package's unit, so that the answer is the same on every
//! host. Measured on systemd 252: without `--recursive-errors=no` it exits with 0 on misspelt keys, and
//! without the colon behind the directory it finds no standard target. It says nothing of users, directories and
//! files that are missing on the host. The exposure is reckoned without the host's own units (no colon
//! there), whose drop-ins would count too; it is a number of that release of systemd.

use super::Surroundings;
use super::find::on_path;
use crate::component::complaint::{Complaint, line};
use crate::host::{CommandLine, HostError, Ran, Scratch};
use crate::model::names::{Scope, TargetPath};
use crate::wiring::{EnginePlace, UnitShape};
use std::path::{Path, PathBuf};

/// The program that judges units.
///
/// # Errors
/// There is none.
pub(super) fn program(around: &Surroundings) -> Result<PathBuf, &'static str> {
    on_path("systemd-analyze", around).ok_or("no systemd-analyze")
}

/// Stands for a package's unit: what it starts and needs is not ours to judge, and it runs it as its
/// own user.
fn stand_in(place: &EnginePlace) -> String {
    let user = if place.scope == Scope::System { format!("User={}\n", place.user) } else { String::new() };
    format!("[Unit]\nDescription=Stands for the package's own unit\n[Service]\nExecStart=/bin/true\n{user}")
}

/// A unit that was laid out for judging.
#[derive(Debug)]
pub(super) struct LaidOut {
    /// What to run for a verdict.
    pub command: CommandLine,
    /// What to run for its exposure.
    pub exposure: CommandLine,
    /// The file that is judged.
    file: PathBuf,
    /// The engine that it starts, which may be missing on this machine.
    binary: TargetPath,
    unit: String,
}

/// What it found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnitFindings {
    /// Faults of our file.
    pub complaints: Vec<Complaint>,
    /// Whether the engine that the unit starts is not installed here.
    pub not_installed: bool,
}

/// Writes the unit, and what it stands on, below a directory of the scratch.
pub(super) fn lay_out(
    scratch: &Scratch,
    below: &Path,
    (program, place, text): (&str, &EnginePlace, &str),
) -> Result<LaidOut, HostError> {
    let (name, units) = (place.unit.name.as_str(), below.join("units"));
    let file = match place.unit.shape {
        UnitShape::Whole => units.join(name),
        UnitShape::DropIn => {
            scratch.write(&units.join(name), stand_in(place).as_bytes())?;
            units.join(format!("{name}.d")).join(place.unit.path.file_name())
        }
    };
    let file = scratch.write(&file, text.as_bytes())?;
    let scope = if place.scope == Scope::System { "--system" } else { "--user" };
    let arguments = [scope, "verify", "--man=no", "--recursive-errors=no", name];
    let mut command = CommandLine::new(program, arguments);
    let mut exposure = CommandLine::new(program, [scope, "security", "--offline=true", "--no-pager", name]);
    let directory = |name: &str| scratch.path().join(below).join(name).display().to_string();
    // A user manager wants a directory to run in, even if it only looks.
    scratch.write(&below.join("run/.keep"), b"")?;
    let environment = |units: String| {
        vec![
            ("SYSTEMD_UNIT_PATH".to_owned(), units),
            ("XDG_RUNTIME_DIR".to_owned(), directory("run")),
            ("HOME".to_owned(), place.home.to_string()),
        ]
    };
    command.environment = environment(directory("units") + ":");
    exposure.environment = environment(directory("units"));
    Ok(LaidOut { command, exposure, file, binary: place.binary.clone(), unit: name.to_owned() })
}

/// `1.1 (OK)`, from its last line, `-> Overall exposure level for tempo.service: 1.1 OK :-)`.
///
/// # Errors
/// It reckoned nothing, and this is what it said.
pub(super) fn exposure(ran: &Ran) -> Result<String, String> {
    let said = String::from_utf8_lossy(&ran.stdout);
    let level =
        said.lines().find_map(|line| line.split_once("Overall exposure level for ")?.1.split_once(": "));
    let mut words = level.map_or("", |(_, level)| level).split_whitespace();
    match (words.next().filter(|number| number.parse::<f32>().is_ok()), words.next()) {
        (Some(number), Some(word)) => Ok(Complaint::at(&format!("{number} ({word})"), None).words),
        _ => {
            let said = String::from_utf8_lossy(&ran.stderr);
            Err(Complaint::at(said.lines().next().unwrap_or("said nothing"), None).words)
        }
    }
}

/// `systemd-analyze 252`, from its first line, `systemd 252 (252.39-1)`.
pub(super) fn name(version: &Ran) -> String {
    let said = String::from_utf8_lossy(&version.stdout);
    let number =
        said.split_whitespace().nth(1).filter(|word| word.chars().all(|letter| letter.is_ascii_digit()));
    number.map_or("systemd-analyze".to_owned(), |number| format!("systemd-analyze {number}"))
}

/// Reads its answer.
///
/// # Errors
/// It failed for a reason of its own: then it judged nothing, and this is what it said.
pub(super) fn read(laid_out: &LaidOut, ran: &Ran, text: &str) -> Result<UnitFindings, String> {
    let said = String::from_utf8_lossy(&ran.stderr);
    let absent = format!("Command {} is not executable", laid_out.binary);
    let (ours, of_unit) = (format!("{}:", laid_out.file.display()), format!("{}: ", laid_out.unit));
    let mut found = UnitFindings { complaints: Vec::new(), not_installed: false };
    for line in said.lines() {
        let complaint = match (line.strip_prefix(&ours), line.strip_prefix(&of_unit)) {
            (Some(rest), _) => numbered(rest, text),
            (None, Some(rest)) if rest.starts_with(&absent) => {
                found.not_installed = true;
                continue;
            }
            (None, Some(rest)) => Complaint::at(rest, None),
            (None, None) => continue,
        };
        if !found.complaints.contains(&complaint) {
            found.complaints.push(complaint);
        }
    }
    match ran.code {
        Some(0) => Ok(found),
        _ if found.not_installed || !found.complaints.is_empty() => Ok(found),
        _ => Err(Complaint::at(said.lines().next().unwrap_or("said nothing"), None).words),
    }
}

/// `26: Unknown key 'PrivateTemp' in section [Service], ignoring.`
fn numbered(rest: &str, text: &str) -> Complaint {
    let (number, words) = rest.split_once(": ").unwrap_or(("", rest));
    let word = words.split('\'').nth(1);
    Complaint::at(words, number.parse().ok().and_then(|number| line(text, number, word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "[Service]\nType=exec\nPrivateTemp=yes\n";

    fn answer(code: i32, said: &str) -> Result<UnitFindings, String> {
        let laid_out = LaidOut {
            command: CommandLine::new("systemd-analyze", []),
            exposure: CommandLine::new("systemd-analyze", []),
            file: "/tmp/s/units/otelcol.service".into(),
            binary: TargetPath::new("/usr/bin/otelcol"),
            unit: "otelcol.service".to_owned(),
        };
        read(&laid_out, &Ran { code: Some(code), stdout: Vec::new(), stderr: said.into() }, UNIT)
    }

    #[test]
    fn its_words_are_sorted_out() {
        let said = "/tmp/s/units/otelcol.service:3: Unknown key 'PrivateTemp' in section [Service], ignoring.\n\
            /lib/systemd/system/other.service:9: Unknown key 'Other' in section [Unit], ignoring.\n\
            otelcol.service: Command /usr/bin/otelcol is not executable: No such file or directory\n\
            otelcol.service: Command /usr/bin/otelcol is not executable: No such file or directory\n\
            otelcol.service: Command /opt/tool is not executable: No such file or directory\n";
        let found = answer(1, said).unwrap();
        assert!(found.not_installed);
        let complaints: Vec<_> = found
            .complaints
            .into_iter()
            .map(|complaint| (complaint.at.map_or("", |at| &UNIT[at]), complaint.words))
            .collect();
        let unknown = ("PrivateTemp", "Unknown key 'PrivateTemp' in section [Service], ignoring.".to_owned());
        let command = ("", "Command /opt/tool is not executable: No such file or directory".to_owned());
        assert_eq!(complaints, [unknown, command]);
        assert_eq!(answer(0, "").unwrap(), UnitFindings { complaints: Vec::new(), not_installed: false });
    }

    #[test]
    fn a_failure_of_its_own_is_no_verdict() {
        let words = "systemd-analyze: unrecognized option '--recursive-errors=no'";
        assert_eq!(answer(1, words).unwrap_err(), words);
        assert_eq!(answer(1, "").unwrap_err(), "said nothing");
    }

    #[test]
    fn the_exposure_is_read() {
        let read = |stdout: &str, stderr: &str| {
            exposure(&Ran { code: Some(0), stdout: stdout.into(), stderr: stderr.into() })
        };
        let table = "  NAME  DESCRIPTION  EXPOSURE\n✗ PrivateNetwork=  Service has access  0.5\n\n";
        let last = "-> Overall exposure level for tempo.service: 1.1 OK :-)\n";
        assert_eq!(read(&format!("{table}{last}"), ""), Ok("1.1 (OK)".to_owned()));
        let unknown = "systemd-analyze: unrecognized option '--offline=true'";
        assert_eq!(read("", unknown), Err(unknown.to_owned()));
        assert_eq!(read(table, ""), Err("said nothing".to_owned()));
    }

    #[test]
    fn its_release_is_read() {
        let name = |said: &str| name(&Ran { code: Some(0), stdout: said.into(), stderr: Vec::new() });
        assert_eq!(name("systemd 252 (252.39-1~deb12u2)\n+PAM"), "systemd-analyze 252");
        assert_eq!(name("hello world"), "systemd-analyze");
    }
}
