//! `HAProxy`: `frontend` and `listen` with their `bind`, and the servers of the backends that they use.

use super::{ProxyListener, ProxyPass, add};
use crate::format::address;
use crate::model::dataflow::Carried;
use std::ops::Range;

type Word<'t> = (&'t str, Range<usize>);

struct Section<'t> {
    kind: &'t str,
    name: &'t str,
    lines: Vec<Vec<Word<'t>>>,
}

impl Section<'_> {
    fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Vec<Word<'a>>> {
        self.lines.iter().filter(move |line| line[0].0 == name)
    }

    fn mode(&self) -> Option<&str> {
        self.lines("mode").last().and_then(|line| line.get(1)).map(|word| word.0)
    }
}

/// The listeners of a file.
pub fn read(text: &str) -> Vec<ProxyListener> {
    let sections = sections(text);
    let default = sections.iter().rfind(|section| section.kind == "defaults").and_then(Section::mode);
    let mut all = Vec::new();
    for section in sections.iter().filter(|section| matches!(section.kind, "frontend" | "listen")) {
        let is_http = section.mode().or(default) == Some("http");
        let (passes, whole) = passes(section, &sections, is_http);
        for bind in section.lines("bind") {
            let Some((written, at)) = bind.get(1) else { continue };
            for one in written.split(',') {
                let (host, port) = address::split(one.trim_start_matches("ipv4@"));
                let Some(port) = port.and_then(address::port) else { continue };
                let has = |option: &str| bind.iter().any(|word| word.0 == option);
                let http2 =
                    (!is_http || has("h2") || bind.iter().any(|word| word.0.contains("h2"))).then_some(true);
                let bind = if matches!(host, "" | "*") { None } else { address::bind(host) };
                let (tls, passes, at) = (has("ssl"), passes.clone(), at.clone());
                add(&mut all, ProxyListener { bind, port, tls, http2, whole, passes, at });
            }
        }
    }
    all
}

fn sections(text: &str) -> Vec<Section<'_>> {
    const KINDS: [&str; 5] = ["global", "defaults", "frontend", "backend", "listen"];
    let mut all: Vec<Section<'_>> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let written = line.split('#').next().unwrap_or_default();
        let words: Vec<Word<'_>> = written
            .split_whitespace()
            .map(|word| {
                // Where a word stands in its text is where it begins in memory.
                let start = offset + (word.as_ptr() as usize - line.as_ptr() as usize);
                (word, start..start + word.len())
            })
            .collect();
        offset += line.len();
        match words.first() {
            None => {}
            Some((kind, _)) if KINDS.contains(kind) => {
                all.push(Section { kind, name: words.get(1).map_or("", |word| word.0), lines: Vec::new() });
            }
            Some(_) => {
                if let Some(section) = all.last_mut() {
                    section.lines.push(words);
                }
            }
        }
    }
    all
}

/// What a frontend passes on, and whether that is all that it may do.
fn passes(section: &Section<'_>, sections: &[Section<'_>], is_http: bool) -> (Vec<ProxyPass>, bool) {
    let chosen = section.lines("use_backend").count();
    let rewrites = section.lines.iter().any(|line| matches!(line[0].0, "http-request" | "redirect"));
    let named = section.lines("default_backend").filter_map(|line| line.get(1)).map(|word| word.0);
    let mut from: Vec<&Section<'_>> = named
        .filter_map(|name| sections.iter().find(|other| other.kind == "backend" && other.name == name))
        .collect();
    from.push(section);
    let mut all = Vec::new();
    for line in from.iter().flat_map(|section| section.lines("server")) {
        let Some((written, at)) = line.get(2) else { continue };
        let (host, port) = address::split(written);
        let Some(port) = port.and_then(address::port) else { continue };
        let has = |option: &str| line.iter().any(|word| word.0 == option);
        let carried = match (is_http, has("proto") && has("h2")) {
            (false, _) => Carried::Any,
            (true, true) => Carried::Grpc,
            (true, false) => Carried::Http,
        };
        all.push(ProxyPass {
            path: String::new(),
            exact: false,
            replaced: None,
            names: Vec::new(),
            carried,
            host: host.to_owned(),
            port,
            tls: has("ssl"),
            at: at.clone(),
        });
    }
    (all, chosen == 0 && !rewrites)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn frontends_with_the_servers_of_their_backends() {
        let text = "global\n  maxconn 10\ndefaults\n  mode http\nfrontend spans\n  bind *:4318 # here\n  \
            default_backend gate\nbackend gate\n  server one gate:4318 check\n\
            listen grpc\n  mode tcp\n  bind 127.0.0.1:4317,127.0.0.1:5317 ssl crt /x.pem\n  server a tempo:4317\n";
        let shown: Vec<String> = read(text)
            .into_iter()
            .map(|one| {
                let pass = &one.passes[0];
                let at = &text[pass.at.clone()];
                format!(
                    "{:?}:{} {} {}:{} {:?} {at}",
                    one.bind, one.port, one.tls, pass.host, pass.port, pass.carried
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "None:4318 false gate:4318 Http gate:4318",
                "Some(127.0.0.1):4317 true tempo:4317 Any tempo:4317",
                "Some(127.0.0.1):5317 true tempo:4317 Any tempo:4317",
            ]
        );
    }
}
