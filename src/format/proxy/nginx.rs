//! nginx: `server` blocks of `http` and `stream`, their `listen`, and `proxy_pass` and `grpc_pass` of locations.

use super::{ProxyListener, ProxyPass, add};
use crate::format::address;
use crate::model::dataflow::Carried;
use crate::model::names::Port;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

/// Blocks deeper than this are not looked into.
const DEPTH: usize = 16;

struct Directive<'t> {
    words: Vec<(&'t str, Range<usize>)>,
    block: Vec<Directive<'t>>,
}

impl Directive<'_> {
    fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.0)
    }

    fn word(&self, index: usize) -> Option<&(&str, Range<usize>)> {
        self.words.get(index)
    }
}

/// The listeners of a file.
pub fn read(text: &str) -> Vec<ProxyListener> {
    let mut words = tokens(text).into_iter();
    let top = block(&mut words, 0);
    let mut servers = Vec::new();
    collect(&top, false, &mut servers);
    let upstreams = upstreams(&top);
    let mut all = Vec::new();
    for (server, is_stream) in servers {
        for listener in listeners(server, is_stream, &upstreams) {
            add(&mut all, listener);
        }
    }
    all
}

/// Words, `{`, `}` and `;` with their places; comments and quotes are gone.
fn tokens(text: &str) -> Vec<(&str, Range<usize>)> {
    let bytes = text.as_bytes();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at = text[at..].find('\n').map_or(bytes.len(), |end| at + end),
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'{' | b'}' | b';' => {
                all.push((&text[at..=at], at..at + 1));
                at += 1;
            }
            quote @ (b'"' | b'\'') => {
                let end = text[at + 1..].find(char::from(quote)).map_or(bytes.len(), |end| at + 1 + end);
                all.push((&text[at + 1..end], at + 1..end));
                at = end + 1;
            }
            _ => {
                // `${name}` is a part of a word.
                let (start, mut inside) = (at, false);
                while at < bytes.len() {
                    match bytes[at] {
                        b'{' if at > start && bytes[at - 1] == b'$' => inside = true,
                        b'}' if inside => inside = false,
                        b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' | b'}' => break,
                        _ => {}
                    }
                    at += 1;
                }
                all.push((&text[start..at], start..at));
            }
        }
    }
    all
}

fn block<'t>(words: &mut impl Iterator<Item = (&'t str, Range<usize>)>, depth: usize) -> Vec<Directive<'t>> {
    let (mut all, mut own) = (Vec::new(), Vec::new());
    while let Some((word, at)) = words.next() {
        match word {
            "}" => break,
            "{" | ";" => {
                let block = match word {
                    "{" if depth < DEPTH => block(words, depth + 1),
                    _ => Vec::new(),
                };
                all.push(Directive { words: std::mem::take(&mut own), block });
            }
            _ => own.push((word, at)),
        }
    }
    all
}

fn collect<'a, 't>(
    directives: &'a [Directive<'t>],
    is_stream: bool,
    servers: &mut Vec<(&'a Directive<'t>, bool)>,
) {
    for directive in directives {
        match directive.name() {
            "server" if !directive.block.is_empty() => servers.push((directive, is_stream)),
            "http" => collect(&directive.block, false, servers),
            "stream" => collect(&directive.block, true, servers),
            _ => {}
        }
    }
}

/// Names of `upstream` blocks, with their servers.
fn upstreams<'a>(directives: &'a [Directive<'_>]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut all = Vec::new();
    for directive in directives {
        match directive.name() {
            "upstream" => {
                let servers = directive.block.iter().filter(|line| line.name() == "server");
                let hosts = servers.filter_map(|line| line.word(1)).map(|word| word.0);
                all.extend(directive.word(1).map(|name| (name.0, hosts.collect())));
            }
            "http" | "stream" => all.extend(upstreams(&directive.block)),
            _ => {}
        }
    }
    all
}

type Upstreams<'a> = [(&'a str, Vec<&'a str>)];

fn listeners(server: &Directive<'_>, is_stream: bool, upstreams: &Upstreams<'_>) -> Vec<ProxyListener> {
    let own = |name: &'static str| server.block.iter().filter(move |line| line.name() == name);
    let names = own("server_name").flat_map(|line| line.words.iter().skip(1)).map(|word| word.0.to_owned());
    let names: Vec<String> = names.collect();
    // `_` and an empty one are the usual ways to say: any.
    let any = names.iter().any(|name| name == "_" || name.is_empty() || name.contains('*'));
    let mut found = Found { passes: Vec::new(), whole: true, names: if any { Vec::new() } else { names } };
    let set: Vec<(&str, &str)> = variables(&server.block);
    if is_stream {
        found.stream(server, upstreams);
    } else {
        found.location(("/", false), server, (upstreams, &set), 0);
    }
    let ssl_on = own("ssl").any(|line| line.word(1).is_some_and(|word| word.0 == "on"));
    let http2_on = own("http2").any(|line| line.word(1).is_some_and(|word| word.0 == "on"));
    let sockets: Vec<&Directive<'_>> = own("listen").collect();
    let of = |line: &Directive<'_>| {
        let (text, at) = line.word(1)?;
        let (host, port) = address::split(text);
        let (host, port) = match (address::port(text), port) {
            (Some(port), _) => ("", port),
            (None, Some(port)) => (host, address::port(port)?),
            (None, None) => (host, Port::known(80)),
        };
        let has = |option: &str| line.words.iter().any(|word| word.0 == option);
        Some(ProxyListener {
            bind: match host {
                "" | "*" => None,
                host => Some(address::bind(host)?),
            },
            port,
            tls: has("ssl") || ssl_on,
            http2: Some(has("http2") || http2_on || is_stream),
            whole: found.whole,
            passes: found.passes.clone(),
            at: at.clone(),
        })
    };
    if sockets.is_empty() && !is_stream {
        let at = server.word(0).map_or(0..0, |word| word.1.clone());
        let bind = Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let (whole, passes) = (found.whole, found.passes);
        let port = Port::known(80);
        return vec![ProxyListener { bind, port, tls: ssl_on, http2: Some(http2_on), whole, passes, at }];
    }
    sockets.into_iter().filter_map(of).collect()
}

/// What `set` gives to variables.
fn variables<'a>(block: &'a [Directive<'_>]) -> Vec<(&'a str, &'a str)> {
    let set = block.iter().filter(|line| line.name() == "set");
    set.filter_map(|line| Some((line.word(1)?.0, line.word(2)?.0))).collect()
}

struct Found {
    passes: Vec<ProxyPass>,
    whole: bool,
    names: Vec<String>,
}

impl Found {
    fn stream(&mut self, server: &Directive<'_>, upstreams: &Upstreams<'_>) {
        for line in server.block.iter().filter(|line| line.name() == "proxy_pass") {
            let Some((text, at)) = line.word(1) else { continue };
            self.to(&Target { path: ("", false), carried: Carried::Any, text, at }, upstreams, (false, None));
        }
    }

    fn location(
        &mut self,
        path: (&str, bool),
        block: &Directive<'_>,
        (upstreams, set): (&Upstreams<'_>, &[(&str, &str)]),
        depth: usize,
    ) {
        let mut all: Vec<(&str, &str)> = set.to_vec();
        all.extend(variables(&block.block));
        for line in &block.block {
            match line.name() {
                "location" if depth < DEPTH => {
                    let inner = match (line.word(1), line.word(2)) {
                        (Some(("=", _)), Some((path, _))) => Some((*path, true)),
                        (Some(("^~", _)), Some((path, _))) => Some((*path, false)),
                        (Some((path, _)), None) if path.starts_with('/') => Some((*path, false)),
                        _ => None,
                    };
                    match inner {
                        Some(path) => self.location(path, line, (upstreams, &all), depth + 1),
                        // An expression, or a name.
                        None => self.whole = false,
                    }
                }
                "proxy_pass" | "grpc_pass" => self.pass(path, line, (upstreams, &all)),
                "rewrite" | "if" | "try_files" | "error_page" if depth > 0 => self.whole = false,
                "include" => {
                    let harmless = |word: &str| {
                        ["params", "mime.types", "options-ssl"].iter().any(|part| word.contains(part))
                    };
                    self.whole &= line.word(1).is_some_and(|word| harmless(word.0));
                }
                _ => {}
            }
        }
    }

    fn pass(
        &mut self,
        path: (&str, bool),
        line: &Directive<'_>,
        (upstreams, set): (&Upstreams<'_>, &[(&str, &str)]),
    ) {
        let Some((written, at)) = line.word(1) else { return };
        let mut text = (*written).to_owned();
        for (name, value) in set {
            text = text.replace(name, value);
        }
        let mut keeps = false;
        for name in ["$request_uri", "$uri", "$is_args", "$args"] {
            keeps |= text.contains(name);
            text = text.replace(name, "");
        }
        if text.contains('$') {
            self.whole = false;
            return;
        }
        let carried = if line.name() == "grpc_pass" { Carried::Grpc } else { Carried::Http };
        let (scheme, rest) = text.split_once("://").unwrap_or(("", &text));
        let tls = matches!(scheme, "https" | "grpcs");
        let (host, uri) = rest.find('/').map_or((rest, None), |cut| (&rest[..cut], Some(&rest[cut..])));
        let replaced = uri.filter(|_| !keeps && carried == Carried::Http);
        self.to(&Target { path, carried, text: host, at }, upstreams, (tls, replaced));
    }

    fn to(&mut self, target: &Target<'_>, upstreams: &Upstreams<'_>, (tls, replaced): (bool, Option<&str>)) {
        let one = [target.text];
        let group =
            upstreams.iter().find(|(name, _)| *name == target.text).map(|(_, hosts)| hosts.as_slice());
        for host in group.unwrap_or(&one) {
            if host.starts_with("unix:") {
                self.whole = false;
                continue;
            }
            let (host, port) = address::split(host);
            let usual = Port::known(if tls { 443 } else { 80 });
            let Some(port) = port.map_or(Some(usual), address::port) else {
                self.whole = false;
                continue;
            };
            self.passes.push(ProxyPass {
                path: target.path.0.to_owned(),
                exact: target.path.1,
                replaced: replaced.map(str::to_owned),
                names: self.names.clone(),
                carried: target.carried,
                host: host.to_owned(),
                port,
                tls,
                at: target.at.clone(),
            });
        }
    }
}

struct Target<'a> {
    path: (&'a str, bool),
    carried: Carried,
    text: &'a str,
    at: &'a Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::read;

    fn shown(text: &str) -> String {
        let mut all = String::new();
        for one in read(text) {
            let bind = one.bind.map_or_else(|| "*".to_owned(), |bind| bind.to_string());
            all += &format!("{bind}:{} tls={} whole={}\n", one.port, one.tls, one.whole);
            for pass in one.passes {
                let sign = if pass.exact { "=" } else { "" };
                all += &format!(
                    "  {sign}{} -> {}:{} {:?} tls={} {:?} {}\n",
                    pass.path,
                    pass.host,
                    pass.port,
                    pass.carried,
                    pass.tls,
                    pass.replaced,
                    &text[pass.at.clone()]
                );
            }
        }
        all
    }

    #[test]
    fn servers_with_their_locations() {
        let text = "events {}\nhttp {\n upstream gate { server gate:4318; server other:4318 backup; }\n\
            server { listen 80; listen [::]:80; # both\n location = /v1/traces { proxy_pass http://gate; }\n\
            location /otlp/ { proxy_pass \"http://gate:4318/\"; }\n location / { return 404; } }\n\
            server { listen 127.0.0.1:4317 ssl http2; location / { grpc_pass grpc://gate:4317; } }\n\
            server { listen 8080; set $to http://late:4318; location ~ ^/x { proxy_pass $to$request_uri; } } }\n\
            stream { server { listen 5317; proxy_pass tempo:4317; } }\n";
        assert_eq!(
            shown(text),
            "*:80 tls=false whole=true\n  =/v1/traces -> gate:4318 Http tls=false None http://gate\n  \
             =/v1/traces -> other:4318 Http tls=false None http://gate\n  \
             /otlp/ -> gate:4318 Http tls=false Some(\"/\") http://gate:4318/\n\
             127.0.0.1:4317 tls=true whole=true\n  / -> gate:4317 Grpc tls=false None grpc://gate:4317\n\
             *:8080 tls=false whole=false\n\
             *:5317 tls=false whole=true\n   -> tempo:4317 Any tls=false None tempo:4317\n"
        );
    }

    #[test]
    fn whatever_is_written_ends() {
        for text in ["{", "}", "server {", "server { listen", "listen 80;", "server { listen \"", "${", "#"] {
            read(text);
        }
        read(&"a {".repeat(10_000));
    }
}
