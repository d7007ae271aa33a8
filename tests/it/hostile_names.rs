//! Names and values of somebody who opens a pull request: none of them becomes Markdown, HTML, a mention, an
//! annotation or a command of a workflow, and none makes a comment too long or a line too wide.

use crate::support::repository;
use crate::terminal::{Size, shown};
use crate::tool::tracewright;
use std::fs;
use std::path::Path;
use tracewright::report::page::width;

/// What GitHub takes as a comment, with room for what a bot writes around it.
const COMMENT: usize = 60_000;

/// Values that a stack may hold, and that somebody would like to be read as something else.
const VALUES: [&str; 12] = [
    "x` **bold** `y",
    "```\\n# heading",
    "<img src=x onerror=alert(1)>",
    "</details></code><h1>out",
    "@owner/team #1 [link](https://example.org)",
    "a::b ::error file=a::b",
    "::set-output name=a::b",
    "##[add-mask]everything",
    "%0A::warning::injected",
    "\\u202egnirts",
    "a | b | c",
    "--> n0 \\\"]; click n0",
];

/// A stack whose applications have this service name and these lines more.
fn stack(directory: &Path, service: &str, more: &str) {
    let text = fs::read_to_string(repository().join("stacks/minimal/stack.toml")).unwrap();
    let named = format!("service_name = \"{service}\"\n");
    fs::write(directory.join("stack.toml"), text + &named + more).unwrap();
}

fn plan(directory: &Path, more: &[&str]) -> String {
    let arguments = [&["plan", "--root", "out", "--no-engines"], more].concat();
    let ended = tracewright(directory, &arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
    String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap()
}

/// The text outside of code: neither within backticks, nor between fences, nor in `<code>`.
fn outside_of_code(markdown: &str) -> String {
    let (mut text, mut fence) = (String::new(), None);
    for line in markdown.lines() {
        let ticks = line.chars().take_while(|letter| *letter == '`').count();
        match fence {
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => {
                let mut rest = line;
                while let Some(start) = rest.find('`') {
                    text.push_str(&rest[..start]);
                    let open = rest[start..].chars().take_while(|letter| *letter == '`').count();
                    let inside = &rest[start + open..];
                    // A run of just as many backticks ends it.
                    let mut at = 0;
                    let end = loop {
                        // Without its end a run opens nothing: what follows it is text.
                        let Some(found) = inside[at..].find('`') else { break 0 };
                        let run = inside[at + found..].chars().take_while(|letter| *letter == '`').count();
                        at += found + run;
                        if run == open {
                            break at;
                        }
                    };
                    rest = &inside[end..];
                }
                text.push_str(rest);
                text.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a fence stays open:\n{markdown}");
    text
}

#[test]
fn nothing_of_a_stack_is_obeyed() {
    let directory = tempfile::tempdir().unwrap();
    stack(directory.path(), "shop", "");
    let ended = tracewright(directory.path(), &["apply", "--root", "out", "--no-engines", "--auto-approve"]);
    assert!({ ended }.output().unwrap().status.success());
    let mut judged_values = 0;
    for value in VALUES {
        stack(directory.path(), value, "");
        // A value that the language refuses is an error, and that is shown as harmlessly.
        let markdown = plan(directory.path(), &["--format", "markdown"]);
        if markdown.starts_with("<!-- tracewright") {
            let outside = outside_of_code(&markdown);
            let judged = ["<img", "</code><h1>", "**bold**", "@owner", "[link]", "# heading", "onerror"];
            let told = judged.iter().find(|word| outside.contains(**word));
            assert_eq!(told, None, "{value}: {outside}");
            assert!(outside.lines().filter(|line| line.starts_with("#")).count() == 1, "{value}: {outside}");
            judged_values += 1;
        }
        let github = plan(directory.path(), &["--format", "github"]);
        let commands: Vec<&str> = github.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        assert!(!commands.is_empty(), "{value}: {github}");
        for line in commands {
            let (command, _) = line[2..].split_once("::").unwrap();
            let (name, properties) = command.split_once(' ').unwrap();
            let is_known = ["notice", "warning", "error"].contains(&name)
                && properties.split(',').all(|property| {
                    let key = property.split_once('=').map(|(key, _)| key);
                    key.is_some_and(|key| {
                        ["file", "line", "endLine", "col", "endColumn", "title"].contains(&key)
                    })
                });
            assert!(is_known, "{value}: {line}");
        }
        for format in ["text", "json", "markdown"] {
            let said = plan(directory.path(), &["--format", format]);
            let obeyed =
                said.lines().find(|line| line.trim_start().starts_with("::") || line.contains("##["));
            assert_eq!(obeyed, None, "{value} {format}");
            assert!(!said.contains('\u{202e}'), "{value} {format}");
        }
    }
    assert!(judged_values > VALUES.len() / 2, "{judged_values}");
    println!("promise: hostile values that nothing obeys | {judged_values} | cargo");
}

/// So many applications, with names as long as they may be.
fn many(number: usize) -> String {
    (0..number)
        .map(|index| {
            let name = format!("a{index:03}-{}", "long".repeat(6));
            format!(
                "\n[app.{name}]\nenv_file = \"/srv/{name}/.env\"\nprotocol = \"http/protobuf\"\nservice = {{ user = \"{name}\" }}\nservice_name = \"{}\"\n",
                "`@x".repeat(40)
            )
        })
        .collect()
}

#[test]
fn a_comment_of_200_components_fits() {
    let directory = tempfile::tempdir().unwrap();
    stack(directory.path(), "shop", &many(200));
    let markdown = plan(directory.path(), &["--format", "markdown"]);
    let length = markdown.chars().count();
    assert!(length < COMMENT && length > COMMENT / 2, "{length}");
    let more = markdown.lines().filter(|line| line.contains(" more")).count();
    assert!(more > 2, "what does not fit is counted:\n{}", &markdown[..3000]);
    outside_of_code(&markdown);
    assert_eq!(markdown, plan(directory.path(), &["--format", "markdown"]), "it is the same each time");
    println!("promise: characters of a comment on 200 components | {length} | cargo");
}

#[test]
fn a_narrow_or_wide_terminal_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    stack(directory.path(), &"日本語".repeat(30), &many(3));
    for columns in [20, 40, 80, 140] {
        let arguments = ["plan", "--root", "out", "--no-engines", "--color", "never"];
        let said = shown(directory.path(), Size(columns, 500), &arguments, &[]);
        let wide = said.lines().find(|line| width(line) > usize::from(columns));
        assert_eq!(wide, None, "{columns}:\n{said}");
        assert!(said.contains("Plan:") && said.lines().count() > 20, "{columns}: {said}");
    }
}
