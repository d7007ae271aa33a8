//! The shape that readers rely on: one way from the stack to the host, files that answer one question,
//! templates that decide nothing. Lengths of functions are clippy's (`too-many-lines-threshold`).

use crate::support::repository;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The way, leftmost first: a stage may name its own row and the rows above it.
const ORDER: [&[&str]; 19] = [
    &["diagnostic"],
    &["model"],
    &["format"],
    &["pki"],
    &["toml"],
    &["stack", "dialect"],
    &["wiring", "describe"],
    &["render", "emit"],
    &["topology", "read"],
    &["check"],
    &["plan"],
    &["host"],
    &["validate"],
    &["apply"],
    &["prove"],
    &["trial"],
    &["report"],
    &["cli", "workflow"],
    &["command"],
];

/// What reads or judges finished files must not know what was intended.
const BLIND: [&str; 3] = ["topology", "read", "check"];
const INTENT: [&str; 4] = ["wiring", "describe", "render", "emit"];

/// Files below `folder` whose name ends so, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    WalkDir::new(repository().join(folder))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.path().to_string_lossy().ends_with(ending))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap().display().to_string()
}

/// The module path of a source file: `src/check/mod.rs` is `check`.
fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix(repository().join("src")).unwrap().with_extension("");
    let mut parts: Vec<_> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The code of a file: comments and white space away, so that every path stands in one piece.
fn code_of(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ").replace(":: ", "::")
}

/// All paths of a use tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn spread(tree: &str) -> Vec<String> {
    let Some((head, tail)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, letter) in tail.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let branches = spread(tail[start..at].trim());
                found.extend(
                    branches.iter().filter(|one| !one.is_empty()).map(|one| format!("{}{one}", head.trim())),
                );
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// Every path of this crate that a file names, from the crate's root.
fn named(module: &[String], code: &str) -> BTreeSet<Vec<String>> {
    let mut texts: Vec<String> = Vec::new();
    for (at, _) in code.match_indices("use ") {
        texts.extend(spread(code[at + 4..].split(';').next().unwrap_or_default()));
    }
    for (at, _) in code.match_indices("crate::") {
        let path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        texts.push(code[at..].chars().take_while(|letter| path(*letter)).collect());
    }
    texts.iter().filter_map(|text| from_root(module, text)).collect()
}

/// `crate::a`, `super::b` and `self::c` from the crate's root; nothing for other crates.
fn from_root(module: &[String], path: &str) -> Option<Vec<String>> {
    let mut parts: Vec<_> = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let mut base = match parts.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => module.to_vec(),
        _ => return None,
    };
    while let Some("crate" | "self" | "super") = parts.first().map(String::as_str) {
        if parts.remove(0) == "super" {
            base.pop();
        }
    }
    base.append(&mut parts);
    Some(base)
}

/// The stages that a path belongs to. A component named as a whole stands for the halves that the
/// code then reaches through it.
fn stages(path: &[String], code: &str) -> Vec<String> {
    let part = |at: usize| path.get(at).map_or("", String::as_str);
    match (part(0), part(1), part(2)) {
        ("" | "*" | "lib" | "main", ..) => Vec::new(),
        // An inner module of a file at the top, reaching for that file's own items.
        (item, ..) if item.starts_with(char::is_uppercase) => Vec::new(),
        ("component", "values", _) => vec!["describe".to_owned()],
        ("component", _, half @ ("read" | "describe" | "dialect")) => vec![half.to_owned()],
        ("component", name, "") => ["read", "describe", "dialect"]
            .iter()
            .filter(|half| !name.is_empty() && code.contains(&format!("{name}::{half}")))
            .map(|half| (*half).to_owned())
            .collect(),
        ("component", ..) => vec!["dialect".to_owned()],
        (stage, ..) => vec![stage.to_owned()],
    }
}

fn row(stage: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&stage))
}

#[test]
fn nothing_imports_what_stands_to_its_right() {
    let mut wrong = BTreeSet::new();
    for path in files("src", ".rs") {
        let (module, code) = (module_of(&path), code_of(&fs::read_to_string(&path).unwrap()));
        for here in stages(&module, "") {
            let Some(own) = row(&here) else {
                wrong.insert(format!("{}: the stage {here} has no place in the order", shown(&path)));
                continue;
            };
            let targets = named(&module, &code).into_iter().flat_map(|target| stages(&target, &code));
            for there in targets.collect::<BTreeSet<_>>() {
                let blind = BLIND.contains(&here.as_str()) && INTENT.contains(&there.as_str());
                if blind || row(&there).is_none_or(|other| other > own) {
                    wrong.insert(format!("{}: {here} names {there}", shown(&path)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the way:\n{}", Vec::from_iter(wrong).join("\n"));
}

#[test]
fn a_file_answers_one_question() {
    let mut lengths = Vec::new();
    let mut long = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests/it", ".rs")) {
        let length = fs::read_to_string(&path).unwrap().lines().count();
        if length > 500 {
            long.push(format!("{}: {length} lines", shown(&path)));
        }
        if path.starts_with(repository().join("src")) {
            lengths.push(length);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(long.is_empty(), "over 500 lines:\n{}", long.join("\n"));
    assert!(median < 150, "the median file has {median} lines");
}

#[test]
fn templates_compare_no_versions() {
    let mut wrong = Vec::new();
    for path in files("templates", "") {
        let text = fs::read_to_string(&path).unwrap();
        for statement in text.split("{%").skip(1).map(|rest| rest.split("%}").next().unwrap_or_default()) {
            let has = |words: &[&str]| words.iter().any(|word| statement.contains(word));
            if has(&["version", "dialect"]) && has(&["==", "!=", "<", ">", " in "]) {
                wrong.push(format!("{}: {statement}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "templates that decide:\n{}", wrong.join("\n"));
}

/// Words that mean nothing to a reader of the repository alone; in halves, so as not to find themselves.
const FOREIGN: [(&str, &str); 6] =
    [("/wo", "rk/"), ("sha", "red/"), ("issue", " #"), ("issues", " show"), ("TO", "DO"), ("FIX", "ME")];

#[test]
fn nothing_points_outside_the_repository() {
    let mut wrong = Vec::new();
    let walk = WalkDir::new(repository()).into_iter().filter_entry(|entry| {
        !(entry.depth() == 1
            && [".git", "target", "out", "Cargo.lock"].iter().any(|name| entry.file_name() == *name))
    });
    for entry in walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
        for (at, line) in text.lines().enumerate() {
            if let Some((one, two)) = FOREIGN.iter().find(|(one, two)| line.contains(&format!("{one}{two}")))
            {
                wrong.push(format!("{}:{}: {one}{two}", shown(entry.path()), at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "words of another place:\n{}", wrong.join("\n"));
}

#[test]
fn a_use_tree_is_spread() {
    let spread_out = spread("crate::a::{self, b::{C, d}, e as f}");
    assert_eq!(spread_out, ["crate::a::self", "crate::a::b::C", "crate::a::b::d", "crate::a::e"]);
    let module = ["topology".to_owned(), "reader".to_owned()];
    assert_eq!(from_root(&module, "super::super::wiring::wire"), Some(vec!["wiring".into(), "wire".into()]));
}
