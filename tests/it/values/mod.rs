//! Values that rendered files keep: every shape of `tests/values/shapes.txt` in every place of
//! `tests/values/places`, rendered, parsed again, and compared with the same stack around a plain word.

pub mod case;
pub mod parsed;
mod real;

use case::{Case, Outcome, all};
use parsed::{Tree, substituted};

use crate::support::{bless, repository};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Places of values that stand in the name of a file and in no content.
const NAMES_ALONE: &[&str] = &["app-env-file", "collector-unit", "grafana-provisioning"];

/// Whether what a parser makes of the files holds the shape where it held the plain word, and nothing else
/// differs.
pub fn compare(case: &Case, plain: &Tree, found: &Tree) -> Result<(), String> {
    let wanted = substituted(plain, &case.shape);
    if wanted == *found {
        return Ok(());
    }
    let shown = |tree: &Tree| serde_json::to_string_pretty(tree).unwrap();
    let (wanted, found) = (shown(&wanted), shown(found));
    let differ = |(wanted, found): &(&str, &str)| wanted != found;
    let first = wanted.lines().zip(found.lines()).find(differ);
    Err(format!("{} with {:?}: {first:?}", case.place, case.shape))
}

#[test]
fn values_are_kept_or_refused_by_name() {
    let mut wrong = Vec::new();
    let mut refused: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let (mut tries, mut kept) = (0, 0);
    let places = all();
    for place in places {
        let plain = parsed::own(&place.plain);
        let reached = plain.values().any(|content| content.to_string().contains(case::PLAIN));
        // Where the tool puts a file is a value of its name alone.
        assert!(reached || NAMES_ALONE.contains(&&*place.name), "no file of {} holds the value", place.name);
        for case in &place.cases {
            tries += 1;
            match &case.outcome {
                Outcome::Kept(files) => {
                    kept += 1;
                    wrong.extend(compare(case, &plain, &parsed::own(files)).err());
                    wrong.extend(case.misjudged.clone());
                }
                Outcome::Refused { code, shown } => {
                    let line = format!("stack.toml:{}:", place.line);
                    if !shown.contains(&line) {
                        wrong.push(format!(
                            "{} with {:?}: no finding at {line}\n{shown}",
                            case.place, case.shape
                        ));
                    }
                    let shape = format!("{:?}", case.shape);
                    refused.entry((&case.place, code)).or_default().push(shape);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tries}:\n{}", wrong.len(), wrong.join("\n"));
    let mut alike: BTreeMap<(&str, &[String]), Vec<&str>> = BTreeMap::new();
    for ((place, code), shapes) in &refused {
        alike.entry((code, shapes)).or_default().push(place);
    }
    let mut text = String::new();
    for ((code, shapes), places) in alike {
        writeln!(text, "{code} in {}:\n  {}", places.join(", "), shapes.join(" ")).unwrap();
    }
    let snapshot = repository().join("tests/values/refused.txt");
    if bless() {
        std::fs::write(&snapshot, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&snapshot).unwrap_or_default();
    assert!(text == reviewed, "other values are refused than tests/values/refused.txt says:\n{text}");
    println!(
        "promise: values kept in the rendered files or refused by name, shape x place | {tries} | cargo"
    );
    println!("{kept} of them are kept");
}
