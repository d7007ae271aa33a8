//! The shape that readers rely on: one way from the stack to the host, files that answer one question,
//! templates that decide nothing. Lengths of functions are clippy's (`too-many-lines-threshold`).

use crate::support::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The way, leftmost first, one directory (or file at the top) of `src/` each: whoever stands here names only what
/// stands before it.
const ORDER: [&str; 24] = [
    "diagnostic",
    "model",
    "format",
    "pki",
    "text",
    "toml",
    "stack",
    "wiring",
    "component",
    "render",
    "topology",
    "check",
    "cause",
    "plan",
    "host",
    "validate",
    "apply",
    "prove",
    "trial",
    "report",
    "exit",
    "cli",
    "workflow",
    "command",
];

/// What reads or judges finished files must not know what was intended.
const INTENT: [&str; 2] = ["wiring", "render"];

/// Files that import each other in a circle: this number only shrinks.
const FILES_IN_CIRCLES: usize = 60;

/// Programs by their names, as they stand in code.
const PROGRAMS: [&str; 7] = ["tempo", "collector", "otelcol", "prometheus", "loki", "grafana", "alloy"];

/// Directories whose code may name a program, beside its home, and in how many files: both only shrink. Who is not
/// here asks `REGISTRY`.
const NAME_PROGRAMS: [(&str, usize); 16] = [
    ("cause", 2),
    ("check", 18),
    ("cli", 4),
    ("command", 2),
    ("diagnostic", 1),
    ("format", 5),
    ("model", 6),
    ("prove", 19),
    ("report", 4),
    ("stack", 15),
    ("text", 2),
    ("toml", 17),
    ("topology", 12),
    ("trial", 4),
    ("wiring", 3),
    ("workflow", 10),
];

/// Names that more than one public type bears: this number only shrinks.
const SHARED_NAMES: usize = 0;

/// Files below `folder` whose name ends so, in order.
fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    WalkDir::new(repository().join(directory))
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

/// A path that a file names, from the crate's root, and the name it is imported by; `public` where it is passed on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    path: Vec<String>,
    name: String,
    public: bool,
}

/// Every path of this crate that a file names.
fn named(module: &[String], code: &str, known: &dyn Fn(&[String]) -> bool) -> BTreeSet<Named> {
    let from_root = |text: &str| from_root(module, text).or_else(|| from_child(module, text, known));
    let mut all = BTreeSet::new();
    let mut rest = String::new();
    for statement in code.split(';') {
        let Some((before, tree)) = statement.rsplit_once("use ").filter(|(before, _)| is_use(before)) else {
            rest.push_str(statement);
            rest.push(';');
            continue;
        };
        rest.push_str(before);
        let public = before.trim_end().ends_with("pub") || before.trim_end().ends_with("pub(crate)");
        for text in spread(tree) {
            let name = text.rsplit("::").next().unwrap_or_default().to_owned();
            let text = text.trim_end_matches("::self").trim_end_matches("::*");
            all.extend(from_root(text).map(|path| Named { path, name: name.clone(), public }));
        }
    }
    let letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    for word in rest.split(|other: char| !letter(other)).filter(|word| word.contains("::")) {
        let path = from_root(word);
        all.extend(path.map(|path| Named { path, name: String::new(), public: false }));
    }
    all
}

/// `child::a` from the crate's root, where the file has such a child.
fn from_child(module: &[String], path: &str, known: &dyn Fn(&[String]) -> bool) -> Option<Vec<String>> {
    let parts: Vec<_> = path.split("::").map(str::to_owned).collect();
    let whole = [module, &parts].concat();
    known(&whole[..=module.len()]).then_some(whole)
}

/// Whether `use` after this text begins a statement.
fn is_use(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty()
        || before.ends_with(['{', '}', ']', ')'])
        || before.ends_with("pub")
        || before.ends_with("*/")
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

/// The files of the product that are no tests of it, as modules with their code; inner test modules left out.
struct Sources(BTreeMap<Vec<String>, (PathBuf, String)>);

impl Sources {
    fn read() -> Self {
        let all = files("src", ".rs").into_iter().filter(|path| !path.ends_with("tests.rs"));
        let code = |path: &Path| {
            let code = code_of(&fs::read_to_string(path).unwrap());
            code.split(" mod tests {").next().unwrap_or_default().to_owned()
        };
        Self(all.map(|path| (module_of(&path), (path.clone(), code(&path)))).collect())
    }

    /// The module that defines what a path names, through whatever passes it on.
    fn defining(&self, path: &[String], passed_on: &BTreeMap<Vec<String>, Vec<String>>) -> Vec<String> {
        let mut path = path.to_vec();
        for _ in 0..20 {
            let at = (1..=path.len()).find_map(|end| Some((end, passed_on.get(&path[..end])?)));
            let Some((end, target)) = at else { break };
            path = [target.as_slice(), &path[end..]].concat();
        }
        while !path.is_empty() && !self.0.contains_key(&path) {
            path.pop();
        }
        path
    }

    /// Which file imports which, by their modules. Passing on a file of its own directory is no import.
    fn imports(&self) -> Graph {
        let every: Vec<_> = self
            .0
            .iter()
            .map(|(module, (_, code))| (module, named(module, code, &|path| self.0.contains_key(path))))
            .collect();
        let mut passed_on = BTreeMap::new();
        for (module, all) in &every {
            for one in all.iter().filter(|one| !one.name.is_empty() && one.path.len() > module.len()) {
                let here = [module.as_slice(), std::slice::from_ref(&one.name)].concat();
                if here != one.path {
                    passed_on.insert(here, one.path.clone());
                }
            }
        }
        let mut graph = Graph::new();
        for (module, all) in every {
            for one in all {
                let target = self.defining(&one.path, &passed_on);
                let own = one.public && target.starts_with(module);
                if !target.is_empty() && target != *module && !own {
                    graph.entry(module.join("::")).or_default().insert(target.join("::"));
                }
            }
        }
        graph
    }
}

/// What imports what.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The same between directories (and files) at the top of `src/`.
fn directories(files: &Graph) -> Graph {
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut graph = Graph::new();
    for (file, targets) in files {
        let targets = targets.iter().map(|target| top(target)).filter(|target| *target != top(file));
        graph.entry(top(file)).or_default().extend(targets);
    }
    graph.retain(|directory, _| !directory.is_empty() && directory != "main");
    graph
}

/// Everything that can be reached from a place.
fn reached<'g>(graph: &'g Graph, from: &str) -> BTreeSet<&'g str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = graph.get(from).into_iter().flatten().map(String::as_str).collect();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(graph.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    seen
}

/// Those that reach themselves.
fn circles(graph: &Graph) -> Vec<String> {
    graph.keys().filter(|place| reached(graph, place).contains(place.as_str())).cloned().collect()
}

#[test]
fn nothing_imports_what_stands_to_its_right() {
    let files = Sources::read().imports();
    let graph = directories(&files);
    for (directory, targets) in &graph {
        println!("{directory} -> {}", Vec::from_iter(targets.iter().map(String::as_str)).join(" "));
    }
    assert_eq!(circles(&graph), Vec::<String>::new(), "directories that import each other");
    let row = |directory: &str| ORDER.iter().position(|one| *one == directory);
    let mut wrong = Vec::new();
    for (directory, targets) in &graph {
        let Some(own) = row(directory) else {
            wrong.push(format!("{directory} has no place in the order"));
            continue;
        };
        wrong.extend(
            targets
                .iter()
                .filter(|target| row(target).is_none_or(|other| other > own))
                .map(|target| format!("{directory} names {target}")),
        );
    }
    assert!(wrong.is_empty(), "imports against the way:\n{}", wrong.join("\n"));
}

#[test]
fn who_reads_files_does_not_know_what_was_intended() {
    let mut wrong = Vec::new();
    for (file, targets) in Sources::read().imports() {
        let reads = ["topology", "check", "format"]
            .iter()
            .any(|directory| file.split("::").next() == Some(directory))
            || (file.starts_with("component::") && file.contains("::read"));
        let intends = |target: &&String| {
            INTENT.iter().any(|directory| target.split("::").next() == Some(directory))
                || target.contains("::describe")
        };
        wrong.extend(
            targets.iter().filter(intends).filter(|_| reads).map(|target| format!("{file}: {target}")),
        );
    }
    assert!(wrong.is_empty(), "readers that know what was intended:\n{}", wrong.join("\n"));
}

/// A number that may only shrink; where it did, the test says so.
fn at_most(count: usize, most: usize, list: &str) {
    assert!(count <= most, "{count}, and there were {most}:\n{list}");
    if count < most {
        println!("{count} are fewer than {most}: lower the number");
    }
}

#[test]
fn no_files_import_each_other() {
    let circles = circles(&Sources::read().imports());
    let count = circles.len();
    let list = circles.join("\n");
    at_most(count, FILES_IN_CIRCLES, &list);
}

/// Whether code names a program; what is temporary is none.
fn names_program(code: &str) -> bool {
    let code = code.to_lowercase().replace("tempora", "");
    PROGRAMS.iter().any(|program| code.contains(program))
}

#[test]
fn a_program_is_named_at_home() {
    let mut counts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, (path, code)) in &Sources::read().0 {
        if module.first().is_some_and(|top| top != "component") && names_program(code) {
            counts.entry(module[0].clone()).or_default().push(shown(path));
        }
    }
    let most = BTreeMap::from(NAME_PROGRAMS);
    for (directory, files) in &counts {
        let list = format!("{directory}/:\n{}", files.join("\n"));
        at_most(files.len(), most.get(directory.as_str()).copied().unwrap_or_default(), &list);
    }
    let gone: Vec<_> = most.keys().filter(|directory| !counts.contains_key(**directory)).collect();
    assert!(gone.is_empty(), "name no program any more: take them off the list: {gone:?}");
}

#[test]
fn no_two_public_types_share_a_name() {
    let mut bearers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, (_, code)) in &Sources::read().0 {
        let words: Vec<_> = code.split(' ').collect();
        for at in 0..words.len().saturating_sub(2) {
            let kinds = ["struct", "enum", "trait", "type", "union"];
            if words[at].starts_with("pub") && kinds.contains(&words[at + 1]) {
                let name = words[at + 2].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                // Empty: `$name` of a macro is no name.
                if !name.is_empty() {
                    bearers.entry(name.to_owned()).or_default().push(module.join("::"));
                }
            }
        }
    }
    bearers.retain(|_, modules| modules.len() > 1);
    let count = bearers.len();
    let list: Vec<_> = bearers.iter().map(|(name, all)| format!("{name}: {}", all.join(", "))).collect();
    let list = list.join("\n");
    at_most(count, SHARED_NAMES, &list);
}

#[test]
fn a_file_answers_one_question() {
    let mut lengths = Vec::new();
    let mut long = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests/it", ".rs")) {
        let length = fs::read_to_string(&path).unwrap().lines().count();
        if length >= 500 {
            long.push(format!("{}: {length} lines", shown(&path)));
        }
        if path.starts_with(repository().join("src")) {
            lengths.push(length);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(long.is_empty(), "500 lines or more:\n{}", long.join("\n"));
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
