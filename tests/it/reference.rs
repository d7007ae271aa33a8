//! What is made of the declarations of the language: `REFERENCE.md`, the pages of `explain`, the schema for
//! editors.

#![expect(clippy::disallowed_methods, reason = "tests read and bless their own data")]

use crate::support::repository;
use std::collections::BTreeSet;
use std::fs;
use tracewright::toml::reference::{Topic, page, topic, topics};

#[test]
fn the_reference_is_what_is_declared() {
    let path = repository().join("REFERENCE.md");
    let page = page();
    if std::env::var_os("TRACEWRIGHT_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "REFERENCE.md is not what is declared: TRACEWRIGHT_BLESS=1 writes it");
    for line in page.lines() {
        assert!(line.chars().count() <= 120, "longer than 120: {line}");
    }
    let links = page.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap());
    let anchors: BTreeSet<String> = page.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
    for link in links {
        assert!(anchors.contains(link), "nothing is called {link}: {anchors:?}");
    }
}

/// What GitHub calls a heading.
fn anchor(heading: &str) -> String {
    let letters = heading.trim_start_matches('#').trim().to_lowercase();
    letters
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[test]
fn every_key_has_its_page_and_its_line_in_the_reference() {
    let reference = page();
    let all = topics();
    assert!(all.len() >= 200, "{}", all.len());
    for path in &all {
        let Topic::Page(page) = topic(path) else { panic!("{path} has no page") };
        assert!(page.starts_with(path), "{page}");
        let name = path.rsplit('.').next().unwrap();
        assert!(
            reference.contains(&format!("`{name}`")) || reference.contains(&format!("[{name}")),
            "{path}"
        );
    }
    assert!(matches!(topic("app.shop.protocol"), Topic::Page(_)), "any name stands for NAME");
    for (wrong, meant) in [
        ("tempo.retnetion", vec!["tempo.retention"]),
        ("colector.main.queue.bytes", vec!["collector.main.queue.bytes"]),
        ("retention", vec!["tempo.retention", "prometheus.retention", "loki.retention"]),
        ("tempo.retention.days", vec!["tempo.retention"]),
        ("nonsense-of-a-word", vec![]),
    ] {
        assert_eq!(topic(wrong), Topic::Unknown(meant.into_iter().map(str::to_owned).collect()), "{wrong}");
    }
}
