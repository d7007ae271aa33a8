//! Command lines that start a program by another one: `env`, `nice`, `tini`, `sh -c '...'`.

use super::shell::{self, ShellCommand};
use crate::format::values::ProcessEnvironment;

/// No more programs than this start one another.
const LONGEST: usize = 8;

/// Shells that take a command behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "ksh", "zsh"];

/// A program that becomes the one behind its own arguments.
struct Wrapper {
    name: &'static str,
    /// Options that take the word behind them.
    valued: &'static [&'static str],
    /// How many words of its own stand behind its options.
    own: usize,
}

const fn wrapper(name: &'static str, valued: &'static [&'static str], own: usize) -> Wrapper {
    Wrapper { name, valued, own }
}

/// Sources: the programs' own manual pages.
const WRAPPERS: &[Wrapper] = &[
    wrapper("busybox", &[], 0),
    wrapper("catatonit", &[], 0),
    wrapper("chrt", &["-T", "-P", "-D"], 1),
    wrapper("command", &[], 0),
    wrapper("dumb-init", &["-r"], 0),
    wrapper("exec", &[], 0),
    wrapper("gosu", &[], 1),
    wrapper("ionice", &["-c", "-n"], 0),
    wrapper("nice", &["-n"], 0),
    wrapper("nohup", &[], 0),
    wrapper("numactl", &["-C", "-m", "-N", "-i", "-p"], 0),
    wrapper("runuser", &["-u", "-g", "-G"], 0),
    wrapper("setarch", &[], 0),
    wrapper("setpriv", &[], 0),
    wrapper("setsid", &[], 0),
    wrapper("stdbuf", &["-i", "-o", "-e"], 0),
    wrapper("su-exec", &[], 1),
    wrapper("sudo", &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T"], 0),
    wrapper("taskset", &[], 1),
    wrapper("time", &["-f", "-o"], 0),
    wrapper("timeout", &["-k", "-s"], 1),
    wrapper("tini", &["-p", "-e"], 0),
];

/// Programs that a script runs beside the one that matters.
const BESIDE: &[&str] = &[
    ".", ":", "[", "[[", "cat", "cd", "chmod", "chown", "cp", "date", "done", "echo", "esac", "exit",
    "false", "fi", "install", "ln", "ls", "mkdir", "mv", "printf", "rm", "set", "sleep", "source", "tail",
    "test", "touch", "trap", "true", "ulimit", "umask", "wait", "}",
];

/// The program that is started in the end.
pub(super) struct ProgramBehind {
    /// Its arguments, itself first.
    pub(super) arguments: Vec<String>,
    /// Whether some of them are known only where it runs.
    pub(super) unknown: bool,
}

/// Follows a command line to the program that it starts. What is set on the way is put into the environment.
pub(super) fn followed(arguments: Vec<String>, environment: &mut ProcessEnvironment) -> ProgramBehind {
    let mut started = ProgramBehind { arguments, unknown: false };
    for _ in 0..LONGEST {
        let Some(next) = behind(&started, environment) else { break };
        started = next;
    }
    started
}

fn behind(started: &ProgramBehind, environment: &mut ProcessEnvironment) -> Option<ProgramBehind> {
    let (first, rest) = started.arguments.split_first()?;
    let name = base_name(first);
    let unknown = started.unknown;
    if SHELLS.contains(&name) {
        let command = chosen(script(rest, environment)?)?;
        return Some(ProgramBehind { unknown: unknown || command.unknown, arguments: command.words });
    }
    let arguments = if name == "env" { behind_env(rest, environment)? } else { behind_wrapper(name, rest)? };
    (!arguments.is_empty()).then_some(ProgramBehind { arguments, unknown })
}

/// The commands of `sh -c SCRIPT NAME ARGUMENTS`.
fn script(arguments: &[String], environment: &mut ProcessEnvironment) -> Option<Vec<ShellCommand>> {
    let is_command = |word: &String| {
        word.strip_prefix('-').is_some_and(|flags| !flags.starts_with('-') && flags.contains('c'))
    };
    let at = arguments.iter().position(is_command)?;
    if arguments[..at].iter().any(|word| !word.starts_with(['-', '+'])) {
        return None;
    }
    let mut behind = arguments[at + 1..].iter().skip_while(|word| word.starts_with('-'));
    let script = behind.next()?;
    let parameters: Vec<String> = behind.cloned().collect();
    Some(shell::commands(script, &parameters, environment))
}

/// The command that a script is there for: the last one that is none of a script's own helpers.
fn chosen(mut commands: Vec<ShellCommand>) -> Option<ShellCommand> {
    let is_beside =
        |command: &ShellCommand| command.words.first().is_some_and(|word| BESIDE.contains(&base_name(word)));
    let at = commands.iter().rposition(|command| !is_beside(command)).or(commands.len().checked_sub(1))?;
    Some(commands.swap_remove(at))
}

/// `env [OPTION]... [NAME=VALUE]... COMMAND`, where `-S` splits what follows.
fn behind_env(arguments: &[String], environment: &mut ProcessEnvironment) -> Option<Vec<String>> {
    let mut left = arguments.to_vec();
    let mut at = 0;
    while let Some(word) = left.get(at).cloned() {
        if let Some(text) = word.strip_prefix("-S").or_else(|| word.strip_prefix("--split-string=")) {
            let text = if text.is_empty() { left.get(at + 1).cloned()? } else { text.to_owned() };
            let skipped = if word == "-S" { 2 } else { 1 };
            left.splice(at..at + skipped, text.split_ascii_whitespace().map(str::to_owned));
        } else if matches!(word.as_str(), "-u" | "--unset" | "-C" | "--chdir") {
            if let ("-u" | "--unset", Some(name)) = (word.as_str(), left.get(at + 1)) {
                environment.values.remove(name);
            }
            at += 2;
        } else if word == "-i" || word == "-" || word == "--ignore-environment" {
            *environment = ProcessEnvironment::default();
            at += 1;
        } else if word.starts_with('-') {
            at += 1;
        } else if let Some((key, value)) = word.split_once('=') {
            environment.values.insert(key.to_owned(), value.to_owned());
            at += 1;
        } else {
            return Some(left.split_off(at));
        }
    }
    None
}

fn behind_wrapper(name: &str, arguments: &[String]) -> Option<Vec<String>> {
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    let mut at = 0;
    while let Some(word) = arguments.get(at).filter(|word| word.starts_with('-')) {
        at += 1;
        if word == "--" {
            break;
        }
        at += usize::from(wrapper.valued.contains(&word.as_str()));
    }
    at += wrapper.own;
    arguments.get(at..).map(<[String]>::to_vec)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_row_leads_to_its_program() {
        let cases = [
            ("/bin/sh|-c|exec /usr/bin/otelcol --config=$C", "/usr/bin/otelcol --config=/etc/c.yaml"),
            (
                "sh|-ec|mkdir -p /x && chown 1 /x; A=/a.yaml; otelcol --config \"$A\" 2>&1 >/dev/null",
                "otelcol --config /a.yaml",
            ),
            ("bash|-c|exec \"$@\"|x|/tempo|-config.file=/t.yaml", "/tempo -config.file=/t.yaml"),
            (
                "sh|-c|until nc -z a 1; do sleep 1; done; /tempo -config.file=${T:-/t.yaml}",
                "/tempo -config.file=/t.yaml",
            ),
            ("/usr/bin/env|-i|A=b|nice|-n|5|otelcol|--config|/c", "otelcol --config /c"),
            ("env|-S|otelcol --config /c", "otelcol --config /c"),
            ("tini|--|su-exec|10001|/tempo", "/tempo"),
            ("timeout|-k|5|1h|/tempo|-x", "/tempo -x"),
            ("sh|-c|chown -R 10001 /var/tempo", "chown -R 10001 /var/tempo"),
            ("sh|/start.sh", "sh /start.sh"),
            ("sh|-c|", "sh -c "),
            ("nice", "nice"),
        ];
        for (line, expected) in cases {
            let mut environment = ProcessEnvironment::default();
            environment.values.insert("C".to_owned(), "/etc/c.yaml".to_owned());
            let arguments = line.split('|').map(str::to_owned).collect();
            assert_eq!(followed(arguments, &mut environment).arguments.join(" "), expected, "{line}");
        }
    }

    #[test]
    fn what_only_a_run_tells_is_unknown() {
        for script in
            ["otelcol --config $(find /)", "otelcol --config `x`", "otelcol $NOBODY", "otelcol ${A%x}"]
        {
            let arguments = ["sh", "-c", script].map(str::to_owned).to_vec();
            let started = followed(arguments, &mut ProcessEnvironment::default());
            assert!(started.unknown, "{script}");
            assert_eq!(started.arguments[0], "otelcol");
        }
        for script in ["'", "\"", "${", "$(", "`", "\\", "a 2>", "( ( (", "&&&", "$"] {
            let arguments = ["sh", "-c", script].map(str::to_owned).to_vec();
            followed(arguments, &mut ProcessEnvironment::default());
        }
    }
}
