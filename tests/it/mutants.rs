//! Every directory of `tests/mutants` is a host's files with exactly one thing broken, or nothing.
//!
//! `root/` is the host, `expected.txt` the whole text of what the rules say of it, `verdict.toml` what
//! the real engines do with it. A new case needs a directory and `TRACEWRIGHT_BLESS=1`, and no Rust.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its own data, and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tracewright::check::{self, CheckReport};
use tracewright::diagnostic::{Finding, pages};
use tracewright::host::DirectoryTree;
use tracewright::model::dataflow::{EnvReader, Topology};
use tracewright::model::names::TargetPath;
use tracewright::report::verdict::{self, CheckView};
use tracewright::topology::{Discovered, discover, read};
use tracewright::validate::Validation;

/// 2026-11-01T00:00:00Z, the day on which every mutant is judged.
const NOW: Duration = Duration::from_secs(1_793_491_200);

/// A mutant as it lies in its directory.
pub struct Mutant {
    pub name: String,
    pub directory: PathBuf,
    pub files: BTreeMap<TargetPath, Vec<u8>>,
    settings: toml::Table,
}

impl Mutant {
    pub fn all() -> Vec<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants");
        let mut all: Vec<Self> = std::fs::read_dir(home)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|directory| directory.join("root").is_dir())
            .map(|directory| Self::load(&directory))
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    fn load(directory: &Path) -> Self {
        let root = directory.join("root");
        let files = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let below = entry.path().strip_prefix(&root).unwrap().to_str().unwrap();
                (TargetPath::new(format!("/{below}")), std::fs::read(entry.path()).unwrap())
            })
            .collect();
        let settings = std::fs::read_to_string(directory.join("verdict.toml")).unwrap().parse().unwrap();
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        Self { name, directory: directory.to_owned(), files, settings }
    }

    /// As `check --files` does it, with the versions that the directory gives.
    fn judge(&self) -> (Topology, CheckReport) {
        let (_, topology, verdict) = self.judged();
        (topology, verdict)
    }

    pub fn judged(&self) -> (Discovered, Topology, CheckReport) {
        // Git keeps no such mode.
        for path in self.settings.get("closed").and_then(toml::Value::as_array).into_iter().flatten() {
            use std::os::unix::fs::PermissionsExt;
            let path = self.directory.join("root").join(path.as_str().unwrap());
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        self.judged_as(discover(&DirectoryTree::below(self.directory.join("root"))))
    }

    /// The same with other contents of its files.
    pub fn judged_with(&self, files: &BTreeMap<TargetPath, Vec<u8>>) -> (Discovered, Topology, CheckReport) {
        self.judged_as(discover(files))
    }

    fn judged_as(&self, found: Discovered) -> (Discovered, Topology, CheckReport) {
        assert!(found.programs > 0, "{} holds no program", self.name);
        let mut files = found.file_set();
        files.complete = self.settings.get("complete").and_then(toml::Value::as_bool).unwrap_or(false);
        files.tempo_version = self.given("tempo");
        files.collector_version = self.given("collector");
        files.readers = self.unread();
        let topology = read(&files);
        let verdict = check::check(&topology, SystemTime::UNIX_EPOCH + NOW);
        (found, topology, verdict)
    }

    /// The same without any certificate or key that its files name, as in a repository.
    fn judge_without(&self, whole: &Topology) -> (Topology, CheckReport) {
        let mut files = self.files.clone();
        files.retain(|path, _| !whole.certificates.contains_key(path));
        let found = discover(&files);
        let mut files = found.file_set();
        files.tempo_version = self.given("tempo");
        files.collector_version = self.given("collector");
        files.readers = self.unread();
        let topology = read(&files);
        let verdict = check::check(&topology, SystemTime::UNIX_EPOCH + NOW);
        (topology, verdict)
    }

    /// Files whose units do not read them, as a stack knows it.
    fn unread(&self) -> BTreeMap<TargetPath, EnvReader> {
        let unread = self.settings.get("unread").and_then(toml::Value::as_table).into_iter().flatten();
        let not_by = |unit: &toml::Value| EnvReader::NotBy(unit.as_str().unwrap().to_owned());
        unread.map(|(file, unit)| (TargetPath::new(file), not_by(unit))).collect()
    }

    fn given(&self, key: &str) -> Option<String> {
        self.settings.get(key).map(|value| value.as_str().unwrap().to_owned())
    }

    /// The code it is named after; `None` for a good one.
    fn code(&self) -> Option<&'static str> {
        pages::CODES
            .iter()
            .filter(|code| self.name.starts_with(&format!("{code}-")))
            .max_by_key(|code| code.len())
            .copied()
    }

    fn shown(&self) -> String {
        let (found, topology, verdict) = self.judged();
        let sources = check::shown_texts(&found, &topology);
        verdict::text(
            &CheckView {
                topology: &topology,
                verdict: &verdict,
                engines: &Validation::default(),
                sources: &sources,
                desired: None,
            },
            false,
        )
    }
}

#[test]
fn every_mutant_is_judged_as_its_directory_says() {
    let bless = std::env::var_os("TRACEWRIGHT_BLESS").is_some();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for mutant in Mutant::all() {
        count += 1;
        let path = mutant.directory.join("expected.txt");
        let shown = mutant.shown();
        if bless {
            std::fs::write(&path, &shown).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != shown {
            wrong.push(format!("{}:\n{shown}", mutant.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("promise: mutants judged by the rules | {count} | cargo");
}

#[test]
fn a_mutant_is_found_by_the_rule_it_is_named_after_and_by_no_other() {
    let mut wrong = Vec::new();
    for mutant in Mutant::all() {
        let (_, verdict) = mutant.judge();
        let mut codes: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.code.0).collect();
        // The hand-written host has its swapped ports before and after, and the warning about them.
        if mutant.name.contains("incident") {
            assert!(codes.remove("port-convention"), "{}", mutant.name);
        }
        let fits = match mutant.code() {
            Some(code) => codes.remove(code) && codes.is_empty(),
            None => mutant.name.starts_with("good-") && codes.is_empty(),
        };
        if !fits {
            wrong.push(format!("{}: {codes:?}", mutant.name));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Rules that look into certificates and keys; of what is not here they say nothing.
const OF_CERTIFICATES: [&str; 4] = ["san-missing", "ca-mismatch", "certificate-dates", "eku-mismatch"];
/// Mutants whose certificate or key is what is broken, though the settings are whole.
const OF_FILES: [&str; 4] =
    ["half-tls-authority-absent", "half-tls-file-absent", "half-tls-no-pem", "half-tls-not-a-pair"];

/// A repository never holds keys: every mutant with certificates has a twin without them. What needs no
/// certificate is still found; what needs one is not known, and no edge of it is called ok.
#[test]
fn a_mutant_without_its_certificates_says_nothing_of_them() {
    let (mut wrong, mut kept, mut open) = (Vec::new(), 0, 0);
    // In memory no file is closed to anybody.
    for mutant in Mutant::all().into_iter().filter(|mutant| !mutant.settings.contains_key("closed")) {
        let (topology, verdict) = mutant.judge();
        let (bare, without) = mutant.judge_without(&topology);
        if bare == topology && !OF_FILES.contains(&mutant.name.as_str()) {
            continue;
        }
        let codes = |verdict: &CheckReport| -> BTreeSet<&str> {
            verdict.findings.iter().map(|finding| finding.code.0).collect()
        };
        let needs_them = OF_FILES.contains(&mutant.name.as_str())
            || mutant.code().is_some_and(|code| OF_CERTIFICATES.contains(&code));
        let expected = if needs_them { BTreeSet::new() } else { codes(&verdict) };
        // That a service mounts them is seen without them, and is not about what is in them.
        let mounts = |finding: &Finding| {
            let named = TargetPath::new(format!("/{}", finding.title.split('`').nth(1).unwrap_or_default()));
            let gone = |path: &TargetPath| topology.certificates.contains_key(path) && path.is_within(&named);
            finding.code.0 == "mount-missing" && mutant.files.keys().any(gone)
        };
        let found: BTreeSet<&str> =
            without.findings.iter().filter(|one| !mounts(one)).map(|one| one.code.0).collect();
        if found != expected {
            wrong.push(format!("{}: {:?}", mutant.name, codes(&without)));
        }
        let tls = |index: usize| bare.clients[index].tls.enabled;
        if without.edges.iter().any(|edge| tls(edge.client) && edge.holds()) {
            wrong.push(format!("{}: an edge with TLS is called ok", mutant.name));
        }
        let said = |path: &TargetPath| without.not_checked.iter().any(|open| open.place == path.as_str());
        if !bare.certificates.keys().all(said) {
            wrong.push(format!("{}: a certificate is not listed", mutant.name));
        }
        if needs_them {
            open += 1;
        } else {
            kept += 1;
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(kept > 15 && open > 15, "{kept} kept, {open} not known");
    println!("promise: mutants judged without their certificates | {} | cargo", kept + open);
}

#[test]
fn every_rule_has_a_mutant_and_a_page() {
    let covered: BTreeSet<&str> = Mutant::all().iter().filter_map(Mutant::code).collect();
    for rule in check::RULES {
        assert!(covered.contains(rule.code.0), "no mutant for {}", rule.code);
        assert!(pages::explain(rule.code.0).is_some(), "no page for {}", rule.code);
    }
}

#[test]
fn every_code_in_the_source_has_a_page() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(source).into_iter().map(Result::unwrap);
    let mut codes = BTreeSet::new();
    for file in files.filter(|file| file.path().extension().is_some_and(|suffix| suffix == "rs")) {
        let text = std::fs::read_to_string(file.path()).unwrap();
        // What tests below a module make up is no code of the product.
        let text = text.split("#[cfg(test)]").next().unwrap();
        let written = text.split("Code(\"").skip(1).filter_map(|rest| rest.split('"').next());
        codes.extend(written.map(ToOwned::to_owned));
        // A proof's causes are made into codes at one place.
        let proofs = text.split("\"proof-").skip(1).filter_map(|rest| rest.split('"').next());
        // The beginning alone is no code.
        codes.extend(proofs.filter(|rest| !rest.is_empty()).map(|rest| format!("proof-{rest}")));
    }
    assert!(codes.len() >= check::RULES.len());
    let missing: Vec<&String> = codes.iter().filter(|code| pages::explain(code).is_none()).collect();
    assert!(missing.is_empty(), "no page for {missing:?}");
    for code in pages::CODES {
        let page = pages::explain(code).unwrap();
        let body = page.strip_prefix(&format!("# {code}\n\n"));
        assert!(body.is_some_and(|body| body.contains("Ways out") && page.lines().count() >= 10), "{code}");
    }
}

#[test]
fn every_verdict_says_what_each_engine_does() {
    let mut measured = 0;
    for mutant in Mutant::all() {
        let runs = mutant.settings["run"].as_array().unwrap();
        assert!(!runs.is_empty(), "{}", mutant.name);
        for run in runs {
            let text = |key: &str| run.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            assert!(text("engine").contains('-'), "{}: which engine and release", mutant.name);
            match text("status") {
                "unmeasured" | "not observable" => assert!(!text("how").is_empty(), "{}: how", mutant.name),
                "measured" => assert!(!text("outcome").is_empty(), "{}: outcome", mutant.name),
                other => panic!("{}: status `{other}`", mutant.name),
            }
        }
        measured += usize::from(runs.iter().all(|run| run["status"].as_str() != Some("unmeasured")));
    }
    println!("promise: mutants whose every run is measured or not observable | {measured} | cargo");
}
