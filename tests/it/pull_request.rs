//! `examples/ci`: a pull request played through with the commands of its workflows, on a real git repository.
//! What is not real is GitHub: `gh` keeps comments as files `ID.USER.md`.

use crate::support::{copy_tree, repository};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const GH: &str = r#"#!/bin/sh
# `gh api`, as far as the scripts call it.
said=$*
for last do :; done
case $said in
*commits/*) echo 7 ;;
*"-X POST"*) number=$(($(ls "$COMMENTS" | wc -l) + 1)); cp comment.md "$COMMENTS/$number.github-actions[bot].md" ;;
*"-X PATCH"*) id=$(echo "$said" | sed 's/.*comments\/\([0-9]*\) .*/\1/'); cp comment.md "$COMMENTS/$id.github-actions[bot].md" ;;
*)
    user=$(printf %s "$last" | sed -n 's/.*user.login == "\([^"]*\)".*/\1/p')
    marker=$(printf %s "$last" | sed -n 's/.*startswith("\([^"]*\)").*/\1/p')
    for file in "$COMMENTS"/*; do
        case ${file##*/} in *".$user.md") ;; *) continue ;; esac
        case $(head -n 1 "$file") in "$marker"*) ;; *) continue ;; esac
        case $last in *"| .body") cat "$file" ;; *) name=${file##*/}; echo "${name%%.*}" ;; esac
    done ;;
esac
"#;

/// A repository with a stack on its branch `main`, a host below a root directory, and GitHub.
struct Forge {
    directory: TempDir,
}

impl Forge {
    fn new() -> Self {
        let forge = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir_all(forge.at("comments")).unwrap();
        fs::create_dir_all(forge.at("bin")).unwrap();
        fs::write(forge.at("bin/gh"), GH).unwrap();
        fs::create_dir_all(forge.at("repository/examples")).unwrap();
        copy_tree(&repository().join("examples/ci"), &forge.at("repository/examples/ci"));
        fs::copy(repository().join("stacks/minimal/stack.toml"), forge.at("repository/stack.toml")).unwrap();
        forge.well("chmod 755 ../bin/gh; git init -q -b main .; git add -A; git commit -qm one");
        forge
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// What a command says in the repository, and how it ends.
    fn run(&self, command: &str, variables: &[(&str, &str)]) -> (String, i32) {
        let tool = Path::new(env!("CARGO_BIN_EXE_tracewright")).parent().unwrap().display().to_string();
        let path = format!("{}:{tool}:{}", self.at("bin").display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(self.at("repository"))
            .env_clear()
            .envs([("PATH", &*path), ("HOME", "/nonexistent"), ("LC_ALL", "C"), ("GITHUB_ACTIONS", "true")])
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "a")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.org")))
            .env("COMMENTS", self.at("comments"))
            .env("GITHUB_STEP_SUMMARY", self.at("summary.md"))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .expect("sh runs");
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    fn well(&self, command: &str) -> String {
        let (said, code) = self.run(command, &[]);
        assert_eq!(code, 0, "{command}: {said}");
        said
    }

    /// A commit on the branch at hand that changes the stack.
    fn commit(&self, sed: &str) {
        self.well(&format!("sed -i '{sed}' stack.toml; git commit -qam '{sed}'"));
    }

    /// The commands of a workflow, one after the other; the last code that is not 0.
    fn workflow(&self, name: &str) -> (String, i32) {
        let text = fs::read_to_string(repository().join("examples/ci").join(name)).unwrap();
        let commands = text.lines().filter_map(|line| line.trim_start().strip_prefix("run: "));
        let variables = [
            ("STACK", "stack.toml"),
            ("BASE", "main"),
            ("NUMBER", "7"),
            ("REPO", "owner/name"),
            ("COMMIT", "HEAD"),
        ];
        let (mut all, mut ended) = (String::new(), 0);
        for command in commands {
            // The host that is applied to stands below a root directory here.
            let command = command.replace("\"$COMMIT\"", "\"$COMMIT\" --root ../host --no-engines");
            let (said, code) = self.run(&command, &variables);
            all += &said;
            ended = if code == 0 { ended } else { code };
        }
        (all, ended)
    }

    /// The comments of the workflow.
    fn comments(&self) -> Vec<String> {
        let mut files: Vec<_> =
            fs::read_dir(self.at("comments")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.retain(|file| file.to_string_lossy().ends_with("github-actions[bot].md"));
        files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    }
}

#[test]
fn a_pull_request_is_played_through() {
    let forge = Forge::new();
    // Somebody who hopes to be taken for the workflow.
    let digest = "0".repeat(64);
    let forged = format!("<!-- tracewright stack.toml -->\nDesired: `sha256:{digest}`\n");
    fs::write(forge.at("comments/1.mallory.md"), forged).unwrap();

    forge.well("git switch -qc longer");
    forge.commit("s/\"2.10\"/&\\nretention = \"24h\"/");
    let (said, code) = forge.workflow("pull-request.yml");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("::notice file=stack.toml,line=9,title=tempo.retention::"), "{said}");
    forge.commit("s/24h/48h/");
    assert_eq!(forge.workflow("pull-request.yml").1, 0);
    forge.commit("s/48h/fortnight/");
    let (said, code) = forge.workflow("pull-request.yml");
    assert_eq!(code, 3, "{said}");
    assert!(forge.comments()[0].contains("cannot be planned"), "{:?}", forge.comments());
    assert!(said.contains("::error file=stack.toml,line=9,"), "{said}");
    forge.commit("s/fortnight/72h/");
    assert_eq!(forge.workflow("pull-request.yml").1, 0);
    let comments = forge.comments();
    assert_eq!(comments.len(), 1, "one comment is kept up to date");
    assert!(comments[0].contains("`tempo.retention` `\"72h\"`"), "{}", comments[0]);
    assert!(fs::read_to_string(forge.at("summary.md")).unwrap().ends_with(&*comments[0]));

    forge.well("git switch -q main; git merge -q --no-ff -m two longer");
    let (said, code) = forge.workflow("apply.yml");
    assert_eq!(code, 0, "{said}");
    let config = fs::read_to_string(forge.at("host/etc/tempo/config.yml")).unwrap();
    assert!(config.contains("72h"), "{config}");
    println!("promise: a pull request reviewed, merged and applied | 1 | git");
}

#[test]
fn what_was_not_reviewed_is_not_applied() {
    let forge = Forge::new();
    forge.well("git switch -qc longer");
    forge.commit("s/\"2.10\"/&\\nretention = \"72h\"/");
    assert_eq!(forge.workflow("pull-request.yml").1, 0);
    // Another one is merged in between; both merge without a conflict.
    forge.well("git switch -q main");
    forge.commit("$s/$/\\n[app.other]\\nenv_file = \"\\/srv\\/other\\/.env\"\\nprotocol = \"http\\/protobuf\"\\nservice = { user = \"other\" }/");
    forge.well("git merge -q --no-ff -m two longer");
    let (said, code) = forge.workflow("apply.yml");
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("is neither of the two digests now"), "{said}");
    assert!(!forge.at("host/etc").exists(), "something was applied");
    // Without a comment of the workflow nothing is.
    fs::remove_dir_all(forge.at("comments")).unwrap();
    fs::create_dir(forge.at("comments")).unwrap();
    let (said, code) = forge.workflow("apply.yml");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("was reviewed in pull request 7"), "{said}");
}

#[test]
fn a_base_that_cannot_be_compared_with_is_told() {
    let forge = Forge::new();
    let plan = |arguments: &str| forge.run(&format!("tracewright plan {arguments}"), &[]);
    forge.well("git switch -qc other; git rm -q --cached stack.toml; git commit -qm none; git switch -q main 2>&1 || git checkout -qf main");
    let (said, code) = plan("--base other --full");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("at `other` there is no such file: everything is new"), "{said}");
    forge.well("git switch -qc faulty");
    forge.commit("s/schema/scheme/");
    forge.well("git switch -q main");
    let (said, code) = plan("--base faulty --format json --json-into plan.json | head -n 3");
    assert!(said.contains("the file at `faulty` has faults: everything is told as new"), "{code}: {said}");
    let faults = [
        ("--base nowhere", "git knows no such revision"),
        ("--base=--help", "that is no name of a revision"),
        ("--base main:stack.toml", "that is no name of a revision"),
    ];
    for (arguments, why) in faults {
        let (said, code) = plan(arguments);
        assert!(
            code == 3 && said.contains("error[base-unknown]") && said.contains(why),
            "{arguments}: {said}"
        );
    }
    forge.well("mkdir ../outside; cp stack.toml ../outside");
    let (said, code) = plan("../outside --base main");
    assert!(code == 3 && said.contains("not a git repository"), "{said}");
}
