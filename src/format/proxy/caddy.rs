//! Caddy: sites of a Caddyfile, their addresses, and `reverse_proxy` below `handle`, `handle_path` and `route`.

use super::{ProxyListener, ProxyPass, add};
use crate::format::address;
use crate::model::dataflow::Carried;
use crate::model::names::Port;
use std::net::IpAddr;
use std::ops::Range;

/// Blocks deeper than this are not looked into.
const DEPTH: usize = 16;

type Word<'t> = (&'t str, Range<usize>);

/// A line, and the block that it opens.
struct Line<'t> {
    words: Vec<Word<'t>>,
    block: Vec<Line<'t>>,
}

impl Line<'_> {
    fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.0)
    }
}

/// The listeners of a file.
pub fn read(text: &str) -> Vec<ProxyListener> {
    let mut lines = words(text).into_iter().peekable();
    let mut top = block(&mut lines, 0);
    // Options of the whole stand first, without a name; snippets are in parentheses.
    top.retain(|line| !line.words.is_empty() && !line.name().starts_with('('));
    let mut all = Vec::new();
    if top.iter().all(|line| line.block.is_empty()) && !top.is_empty() {
        // One site alone needs no braces.
        let address = top.remove(0);
        site(&address.words, &top, &mut all);
    } else {
        top.iter()
            .filter(|line| !line.block.is_empty())
            .for_each(|line| site(&line.words, &line.block, &mut all));
    }
    all
}

/// The words of each line; a brace that opens or closes a block is one at the end or alone.
fn words(text: &str) -> Vec<Vec<Word<'_>>> {
    let mut all = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut own: Vec<Word<'_>> = Vec::new();
        let mut at = 0;
        while let Some(start) = line[at..].find(|c: char| !c.is_whitespace()).map(|skip| at + skip) {
            if line[start..].starts_with('#') {
                break;
            }
            let quote = line[start..].chars().next().filter(|c| matches!(c, '"' | '`'));
            let (from, end) = match quote {
                Some(quote) => {
                    let end =
                        line[start + 1..].find(quote).map_or(line.trim_end().len(), |end| start + 1 + end);
                    (start + 1, end.max(start + 1))
                }
                None => {
                    (start, line[start..].find(char::is_whitespace).map_or(line.len(), |end| start + end))
                }
            };
            let word = &line[from..end];
            own.push((word, offset + from..offset + end));
            at = end + usize::from(quote.is_some());
            if at >= line.len() {
                break;
            }
        }
        offset += line.len();
        if !own.is_empty() {
            all.push(own);
        }
    }
    all
}

fn block<'t>(lines: &mut impl Iterator<Item = Vec<Word<'t>>>, depth: usize) -> Vec<Line<'t>> {
    let mut all = Vec::new();
    while let Some(mut words) = lines.next() {
        if words[0].0 == "}" {
            break;
        }
        let opens = words.last().is_some_and(|word| word.0 == "{");
        if opens {
            words.pop();
        }
        let block = if opens && depth < DEPTH { block(lines, depth + 1) } else { Vec::new() };
        all.push(Line { words, block });
    }
    all
}

fn site(addresses: &[Word<'_>], lines: &[Line<'_>], all: &mut Vec<ProxyListener>) {
    for (word, at) in addresses {
        let written = word.trim_end_matches(',');
        let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
        let (host, port) = address::split(rest.split('/').next().unwrap_or_default());
        let tls_off =
            lines.iter().any(|line| line.name() == "tls" && line.words.len() > 1 && line.words[1].0 == "off");
        // A name alone is served over HTTPS; a port alone is not.
        let tls =
            scheme == "https" || scheme.is_empty() && !host.is_empty() && port != Some("80") && !tls_off;
        let usual = Port::known(if tls { 443 } else { 80 });
        let Some(port) = port.map_or(Some(usual), address::port) else { continue };
        let address: Option<IpAddr> = host.parse().ok();
        let names = match address {
            None if !host.is_empty() && !host.contains('*') => vec![host.to_owned()],
            _ => Vec::new(),
        };
        let bound = lines.iter().find(|line| line.name() == "bind").and_then(|line| line.words.get(1));
        let mut found = Found { passes: Vec::new(), whole: true, names };
        found.lines(("", false, false), lines, 0);
        add(
            all,
            ProxyListener {
                bind: bound.and_then(|word| word.0.parse().ok()),
                port,
                tls,
                http2: tls.then_some(true),
                whole: found.whole,
                passes: found.passes,
                at: at.clone(),
            },
        );
    }
}

struct Found {
    passes: Vec<ProxyPass>,
    whole: bool,
    names: Vec<String>,
}

impl Found {
    /// `path` is what a request begins with, whether it is whole, and whether it is taken away.
    fn lines(&mut self, path: (&str, bool, bool), lines: &[Line<'_>], depth: usize) {
        for line in lines {
            match line.name() {
                "handle" | "handle_path" | "route" if depth < DEPTH => {
                    let strips = line.name() == "handle_path";
                    match line.words.get(1).map(|word| word.0) {
                        None => self.lines(path, &line.block, depth + 1),
                        Some(matcher) if matcher.starts_with('/') => {
                            let (prefix, exact) = prefix(matcher);
                            self.lines((prefix, exact, strips), &line.block, depth + 1);
                        }
                        Some(_) => self.whole = false,
                    }
                }
                "reverse_proxy" => self.pass(path, line),
                "import" | "rewrite" | "uri" | "redir" | "php_fastcgi" | "forward_auth" => self.whole = false,
                _ => {}
            }
        }
    }

    fn pass(&mut self, (path, exact, strips): (&str, bool, bool), line: &Line<'_>) {
        let mut to: Vec<&Word<'_>> = line.words.iter().skip(1).collect();
        let (mut path, mut exact) = (path, exact);
        match to.first().map(|word| word.0) {
            Some(matcher) if matcher.starts_with('/') => {
                to.remove(0);
                (path, exact) = prefix(matcher);
            }
            Some("*") => {
                to.remove(0);
            }
            Some(matcher) if matcher.starts_with('@') => {
                self.whole = false;
                return;
            }
            _ => {}
        }
        let below = line.block.iter().filter(|line| line.name() == "to");
        to.extend(below.flat_map(|line| line.words.iter().skip(1)));
        let transport = line.block.iter().filter(|line| line.name() == "transport");
        let options: Vec<&str> = transport.flat_map(|line| &line.block).map(Line::name).collect();
        let h2c = line
            .block
            .iter()
            .flat_map(|line| &line.block)
            .any(|line| line.name() == "versions" && line.words.iter().any(|word| word.0 == "h2c"));
        for (text, at) in to {
            let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
            let (host, port) = address::split(rest);
            let tls = scheme == "https" || options.iter().any(|option| option.starts_with("tls"));
            let usual = Port::known(if tls { 443 } else { 80 });
            let port = port.map_or(Some(usual), address::port);
            let (Some(port), false) = (port, text.contains(['{', '}'])) else {
                self.whole = false;
                continue;
            };
            let carried = match scheme {
                "h2c" => Carried::Grpc,
                _ if h2c => Carried::Grpc,
                // Over TLS either is spoken.
                _ if tls => Carried::Any,
                _ => Carried::Http,
            };
            self.passes.push(ProxyPass {
                path: path.to_owned(),
                exact,
                replaced: strips.then(String::new),
                names: self.names.clone(),
                carried,
                host: if host.is_empty() { "localhost".to_owned() } else { host.to_owned() },
                port,
                tls,
                at: at.clone(),
            });
        }
    }
}

/// `/v1/*` is a beginning, `/v1` a whole path.
fn prefix(matcher: &str) -> (&str, bool) {
    matcher.strip_suffix('*').map_or((matcher, true), |prefix| (prefix.trim_end_matches('/'), false))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn sites_with_what_they_pass_on() {
        let text = "{\n  email x@example.org\n}\n:4318 {\n  # spans\n  handle_path /otlp/* {\n    reverse_proxy gate:4318\n  }\n  \
            reverse_proxy /v1/* gate:4318 other:4318\n}\nhttp://a.example:8080, b.example {\n  reverse_proxy h2c://gate:4317\n}\n";
        let shown: Vec<String> = read(text)
            .into_iter()
            .map(|one| {
                let to: Vec<String> = one
                    .passes
                    .iter()
                    .map(|pass| {
                        format!(
                            "{}>{:?} {}:{} {:?}",
                            pass.path, pass.replaced, pass.host, pass.port, pass.carried
                        )
                    })
                    .collect();
                format!("{} tls={} {} {}", one.port, one.tls, one.whole, to.join(", "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "4318 tls=false true /otlp>Some(\"\") gate:4318 Http, /v1>None gate:4318 Http, /v1>None other:4318 Http",
                "8080 tls=false true >None gate:4317 Grpc",
                "443 tls=true true >None gate:4317 Grpc",
            ]
        );
        assert_eq!(read(":80\nreverse_proxy gate:4318\n").len(), 1);
        for text in ["{", "}", "a {", "\"", "a { b {", "`"] {
            read(text);
        }
    }
}
