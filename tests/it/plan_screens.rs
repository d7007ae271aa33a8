//! What a plan says, as whole screens: each `tests/plans/NAME.sh` brings a directory to where a plan is worth
//! reading, and shows it. Its text in 80 and in 140 columns, Markdown and JSON stand beside it; `TRACEWRIGHT_BLESS=1
//! cargo test plan_screens` writes them anew. The first line of a script says how many lines its screen may have.

use crate::support::{copy_tree, repository};
use crate::terminal::{Size, printed};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tracewright::cause::{FilePlace, FilePlacePart, influences, settings};
use tracewright::diagnostic::SourceName;
use tracewright::model::names::TargetPath;
use tracewright::text::TextFormat;
use tracewright::toml::key_tree;

const COLUMNS: usize = 80;
/// The columns of a wide terminal, and more rows than any plan has.
const WIDE: Size = Size(140, 1000);

/// What a script prints with a plan of this format; digests aside, which issued certificates change.
fn screen(script: &Path, format: &str) -> String {
    let run = |command: &mut Command| {
        let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().expect("sh runs");
        String::from_utf8(output.stdout).unwrap()
    };
    run_script(script, format, run)
}

/// The same as text on a wide terminal.
fn wide_screen(script: &Path) -> String {
    run_script(script, "text", |command| printed(WIDE, command))
}

fn run_script(script: &Path, format: &str, run: impl Fn(&mut Command) -> String) -> String {
    let directory = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks"), &directory.path().join("stacks"));
    let tool = Path::new(env!("CARGO_BIN_EXE_tracewright")).parent().unwrap();
    let path = format!("{}:{}", tool.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command
        .arg(script)
        .current_dir(directory.path())
        .env_clear()
        .envs([("PATH", path.as_str()), ("HOME", "/nonexistent"), ("LC_ALL", "C"), ("TERM", "dumb")])
        .env("PLAN", format!("tracewright plan --no-engines --format {format}"))
        .env("BASE", format!("tracewright plan --format {format}"));
    without_dates(&without_digests(&run(&mut command)))
}

/// The day on which a test runs is none that a screen shows.
fn without_dates(text: &str) -> String {
    let mut shown: Vec<char> = text.chars().collect();
    let form = "dddd-dd-dd";
    for start in 0..shown.len().saturating_sub(form.len() - 1) {
        let day = start..start + form.len();
        let fits = |(letter, form): (&char, char)| {
            letter.is_ascii_digit() == (form == 'd') && (form == 'd' || *letter == form)
        };
        if shown[day.clone()].iter().zip(form.chars()).all(fits) {
            day.zip(form.chars()).for_each(|(at, form)| shown[at] = if form == 'd' { '*' } else { form });
        }
    }
    shown.into_iter().collect()
}

/// 64 digits of a digest in place of which stand as many stars: the width stays.
fn without_digests(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.chars().take_while(char::is_ascii_hexdigit).count();
        shown.push_str("sha256:");
        shown.push_str(&"*".repeat(digits));
        shown.push_str(&part[digits..]);
    }
    shown
}

fn judge(path: &Path, shown: &str, faults: &mut Vec<String>) {
    if std::env::var_os("TRACEWRIGHT_BLESS").is_some() {
        fs::write(path, shown).unwrap();
    } else if fs::read_to_string(path).unwrap_or_default() != shown {
        faults.push(format!("{} is another now:\n{shown}", path.display()));
    }
}

#[test]
fn plans_say_what_their_screens_show() {
    let scripts = fs::read_dir(repository().join("tests/plans")).unwrap().map(|entry| entry.unwrap().path());
    let mut scripts: Vec<_> =
        scripts.filter(|path| path.extension().is_some_and(|suffix| suffix == "sh")).collect();
    scripts.sort();
    let mut faults = Vec::new();
    for script in &scripts {
        let text = fs::read_to_string(script).unwrap();
        let most = text.lines().next().and_then(|line| line.strip_prefix("# at most "));
        let most: usize =
            most.and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a number of lines");
        let shown = screen(script, "text");
        if shown.lines().count() > most {
            faults.push(format!("{}: {} lines", script.display(), shown.lines().count()));
        }
        let wide = shown.lines().filter(|line| line.chars().count() > COLUMNS);
        faults.extend(wide.map(|line| format!("{}: wider than {COLUMNS}: {line}", script.display())));
        judge(&script.with_extension("txt"), &shown, &mut faults);
        let shown = wide_screen(script);
        let wide = shown.lines().filter(|line| line.chars().count() > usize::from(WIDE.0));
        faults.extend(wide.map(|line| format!("{}: wider than {}: {line}", script.display(), WIDE.0)));
        judge(&script.with_extension("140.txt"), &shown, &mut faults);
        if text.contains("$PLAN") || text.contains("$BASE") {
            judge(&script.with_extension("md"), &screen(script, "markdown"), &mut faults);
            judge(&script.with_extension("json"), &screen(script, "json"), &mut faults);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("promise: plans are read as whole screens | {} | cargo", scripts.len());
}

/// What a tool's verb prints; it must end well.
fn tool(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tracewright")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The setting, of a dashboard that of all its panels and queries.
fn of_any_panel(path: &str, key: &str) -> String {
    let parts = key.split('.').map(|part| {
        let is_index = path.ends_with(".json") && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_index { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Settings that no key of a stack moves are written for every component of their kind: the list is reviewed.
#[test]
fn every_setting_of_every_stack_has_a_source() {
    let stacks = fs::read_dir(repository().join("stacks")).unwrap().map(|entry| entry.unwrap().path());
    let mut stacks: Vec<_> = stacks.collect();
    stacks.sort();
    let (mut all, mut constant) = (0, Vec::new());
    for stack in stacks {
        let name = stack.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(stack.join("stack.toml")).unwrap();
        let (_, tree) = key_tree(SourceName("stack.toml".to_owned()), &text);
        let influences = influences(&tree.expect("a good stack"));
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("out");
        tool(&["render", stack.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        let files = walkdir::WalkDir::new(&out).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        for file in files.filter(|entry| entry.file_name() != "tracewright.json") {
            let path = format!("/{}", file.path().strip_prefix(&out).unwrap().display());
            let text = fs::read_to_string(file.path()).unwrap();
            for key in settings(TextFormat::of_path(&path), &text).unwrap_or_default().into_keys() {
                let part = FilePlacePart::Setting(key.clone());
                let place = FilePlace { path: TargetPath::new(path.as_str()), part };
                all += 1;
                if !influences.iter().any(|influence| influence.makes(&place)) {
                    constant.push(format!("{name} {path} {}\n", of_any_panel(&path, &key)));
                }
            }
        }
    }
    let mut faults = Vec::new();
    constant.sort();
    constant.dedup();
    judge(&repository().join("tests/plans/constant.list"), &constant.concat(), &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("promise: every rendered setting has a source | {all} | cargo");
}

#[test]
fn a_line_is_explained_by_the_keys_that_made_it() {
    let stack = repository().join("stacks/minimal").display().to_string();
    let said = tool(&["explain", "/etc/tempo/config.yml:7", &stack]);
    assert!(said.contains("follows from") && said.contains("tempo.receive"), "{said}");
    let said = tool(&["explain", "collector.main.batch", &stack]);
    assert!(said.contains("/etc/otelcol/config.yaml") && said.contains("sending_queue.batch"), "{said}");
}
