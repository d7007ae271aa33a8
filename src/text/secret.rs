//! Which names say that their value is a secret: the one list of words there is.
//!
//! Errs on the side of hiding. What a name alone cannot tell (a path to a key's file, a lifetime of a
//! token, a reference that an engine resolves) is told by name and value together.

/// Parts of a name, in lower case without signs: its value is a secret wherever they stand in it.
const PARTS: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "authorization",
    "credential",
    "apikey",
    "appkey",
    "privatekey",
    "accesskey",
    "accountkey",
    "clientkey",
    "tlskey",
    "sslkey",
    "sharedkey",
    "signingkey",
    "encryptionkey",
    "decryptionkey",
    "masterkey",
    "sessionkey",
    "authkey",
    "hmackey",
    "licensekey",
    "ingestkey",
    "storagekey",
    "sshkey",
    "instrumentationkey",
    "subscriptionkey",
    "keydata",
    "keypem",
    "securejson",
    "headers",
    "headervalue",
    "basicauth",
    "bearer",
    "htpasswd",
    "netrc",
    "cookie",
    "connectionstring",
    "connstr",
    "connectionurl",
    "webhookurl",
    "sharedaccess",
    "privkey",
];

/// Whole words of a name that do the same; too short to be looked for inside of others.
const WORDS: &[&str] = &[
    "pass", "pwd", "pw", "psk", "pin", "jwt", "dsn", "sas", "sig", "otp", "pat", "salt", "cred", "creds",
    "auths",
];

/// What is meant where a name is one slip away from it.
const TYPED: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "credential",
    "credentials",
    "headers",
    "apikey",
    "accesskey",
    "accountkey",
    "secretkey",
    "privatekey",
    "basicauth",
];

/// Ordinary words that are one slip away from those, or that hold one of them.
const ORDINARY: &[&str] =
    &["readers", "leaders", "loaders", "header", "taken", "token's", "secrete", "heads"];

/// Names that hold such a word and say something else.
const HARMLESS: &[&str] =
    &["passenvironment", "passthrough", "passive", "tokenizer", "loadcredential", "importcredential"];

/// Words beside `headers` that make of it a list of names.
const NAMES_ONLY: &[&str] = &["allow", "allowed", "expose", "exposed", "strip", "forward", "max", "vary"];

/// Whether a key, a variable, a header, a flag or a parameter of this name usually has a secret for its
/// value, slips of the finger included.
pub fn sounds_secret(name: &str) -> bool {
    let words = words(name);
    let joined = words.concat();
    // What names a key and ends so holds the place where it is kept.
    if words.last().is_some_and(|last| last == "file") && joined.ends_with("keyfile") {
        return false;
    }
    if HARMLESS.iter().any(|harmless| joined.starts_with(harmless)) {
        return false;
    }
    let part = |part: &&&str| holds(&joined, part);
    let mut parts = PARTS.iter().filter(part).peekable();
    if parts.peek().is_some() {
        let names_only = words.iter().any(|word| NAMES_ONLY.contains(&word.as_str()));
        return !(names_only && parts.all(|part| *part == "headers"));
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()) || is_typo(word))
        || words.windows(2).any(|two| is_typo(&two.concat()))
}

/// Whether a short name holds a short part: asked of every key of every file, so without the preparations that
/// a search in a long text is worth.
fn holds(name: &str, part: &str) -> bool {
    let (name, part) = (name.as_bytes(), part.as_bytes());
    name.windows(part.len()).any(|window| window[0] == part[0] && window == part)
}

fn is_typo(word: &str) -> bool {
    if word.len() < 4 || word.len() > 14 || ORDINARY.contains(&word) {
        return false;
    }
    TYPED.iter().any(|meant| one_slip(word, meant))
}

/// Whether two words differ by one letter put in, left out, replaced, or two neighbours swapped; the
/// first letter is nearly never the wrong one.
fn one_slip(word: &str, meant: &str) -> bool {
    let (a, b) = (word.as_bytes(), meant.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let tail = |left: &[u8], right: &[u8]| left == right;
    same > 0
        && match (a, b) {
            ([_, left @ ..], [_, right @ ..]) if tail(left, right) => true,
            ([_, left @ ..], _) if tail(left, b) => true,
            (_, [_, right @ ..]) if tail(a, right) => true,
            ([one, two, left @ ..], [three, four, right @ ..]) => {
                one == four && two == three && tail(left, right)
            }
            _ => false,
        }
}

/// The words of a name in lower case: split at signs, and where `camelCase` begins a new one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if !letter.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if letter.is_alphabetic() {
            words.last_mut().expect("one is always there").extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether the value of a name that sounds secret, or that stands below one, may be shown all the same.
pub(super) fn may_show(name: &str, value: &str) -> bool {
    let value = value.trim();
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    matches!(value.to_ascii_lowercase().as_str(), "" | "~" | "null" | "true" | "false" | "{}" | "[]")
        || is_reference(value)
        || (is_file_name(last) && is_path(value))
        || (is_tls_key(&words.concat()) && value.starts_with('/') && is_path(value))
        || (words.iter().any(|word| QUANTITIES.contains(&word.as_str())) && is_quantity(value))
        || (matches!(last, "url" | "uri" | "endpoint")
            && !words.concat().contains("webhook")
            && is_plain_url(value))
        || PLAIN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Words of names whose value is a number or a time.
const QUANTITIES: &[&str] = &[
    "num",
    "max",
    "min",
    "count",
    "ttl",
    "expiry",
    "expiration",
    "lifetime",
    "timeout",
    "interval",
    "length",
    "len",
    "size",
    "limit",
    "duration",
    "age",
    "refresh",
    "period",
    "bytes",
];

/// Headers that say who sends or what is sent, and never why one may.
const PLAIN_HEADERS: &[&str] =
    &["x-scope-orgid", "content-type", "accept", "user-agent", "host", "content-encoding"];

fn is_file_name(last: &str) -> bool {
    ["file", "files", "path", "paths", "dir", "filename", "folder", "directory"]
        .iter()
        .any(|word| last.ends_with(word))
}

fn is_tls_key(joined: &str) -> bool {
    ["clientkey", "tlskey", "sslkey", "privatekey", "privkey"].iter().any(|key| joined.contains(key))
}

/// Whether a text has the shape of a path, and not that of base64 that happens to hold a slash.
fn is_path(value: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-~%$@:{} ".contains(letter);
    let ends =
        [".key", ".pem", ".crt", ".txt", ".token", ".json", ".yaml", ".yml", ".env", ".conf", ".secret"];
    value.chars().all(plain)
        && !value.contains("-----")
        && (value.starts_with(['/', '.', '~', '%']) || ends.iter().any(|end| value.ends_with(end)))
}

fn is_quantity(value: &str) -> bool {
    let number = value.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    number.len() < value.len()
        && value.len() <= 12
        && number.chars().all(|letter| letter.is_ascii_alphanumeric())
        && number.len() <= 4
}

fn is_plain_url(value: &str) -> bool {
    value.contains("://") && !value.contains(['@', '?', '#', ' '])
}

/// Whether a value is only a reference that an engine resolves at its start, with the name of a scheme
/// before it at most.
pub(super) fn is_reference(value: &str) -> bool {
    const SCHEMES: [&str; 4] = ["Bearer ", "Basic ", "Token ", "ApiKey "];
    let bare = SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(value);
    let name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let path = |path: &str| {
        let path = path.strip_prefix("${env:CREDENTIALS_DIRECTORY}").unwrap_or(path);
        path.starts_with('/')
            && path.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-@".contains(letter))
    };
    let inside = |open: &str| bare.strip_prefix(open).and_then(|rest| rest.strip_suffix('}'));
    inside("${env:").is_some_and(name)
        || inside("${file:").is_some_and(path)
        || inside("$__env{").is_some_and(name)
        || inside("$__file{").is_some_and(path)
        || inside("${").is_some_and(name)
}

/// Whether a value is a reference as `stack.toml` writes them: `env:NAME`, `file:/path`,
/// `credential:NAME`.
pub(super) fn is_stack_reference(value: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
    };
    match value.split_once(':') {
        Some(("env", name)) => word(name) && !name.contains(['-', '.']),
        Some(("credential", name)) => word(name),
        Some(("file", path)) => path.starts_with('/') && is_path(path),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_secret() {
        for name in [
            "password",
            "PASSWORD",
            "dbPassword",
            "pass",
            "pwd",
            "DB_PWD",
            "passphrase",
            "basic_auth",
            "basicAuth",
            "account_key",
            "access_key",
            "accessKey",
            "AWS_SECRET_ACCESS_KEY",
            "tlsClientKey",
            "httpHeaderValue1",
            "token",
            "bearer_token",
            "set-cookie",
            "Cookie",
            "api-key",
            "X-Api-Key",
            "connection_string",
            "DATABASE_DSN",
            "client_secret",
            "headers",
            "secret_headers",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "secret_heders",
            "hedaers",
            "pasword",
            "passwrod",
            "autorization",
            "secrt",
            "acces_key",
            "tokn",
            "private_key",
            "ssl_key",
            "sas",
            "jwt",
            "secureJsonData",
            "credentials",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_do_not() {
        for name in [
            "port",
            "compression",
            "key_file",
            "monkey",
            "keyspace",
            "key",
            "keys",
            "name",
            "endpoint",
            "compass",
            "bypass",
            "PassEnvironment",
            "passthrough",
            "readers",
            "header",
            "taken",
            "retention",
            "listen",
            "author",
            "authenticator",
            "auth_enabled",
            "broken",
            "pattern",
            "sign",
            "design",
            "sigh",
            "pinned",
            "kind",
            "timeout",
            "allowed_headers",
            "max_request_headers",
            "insecure",
            "LoadCredential",
            "heads",
            "service",
            "secure",
            "tenant",
            "batch",
            "queue",
            "database",
            "hosts",
            "path",
            "patch",
            "salted-pretzel-",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn values_that_may_be_shown_all_the_same() {
        for (name, value) in [
            ("password", ""),
            ("token", "${env:TOKEN}"),
            ("authorization", "Bearer ${env:TOKEN}"),
            ("password", "$__file{/etc/grafana/password}"),
            ("basicAuth", "true"),
            ("num_tokens", "512"),
            ("tls_key_path", "/etc/tempo/tls.key"),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/etc/a/client.key"),
            ("password_file", "/run/secrets/pw"),
            ("token_url", "https://idp.example/token"),
            ("token_ttl", "15m"),
            ("x-scope-orgid", "shop"),
            ("token", "${file:${env:CREDENTIALS_DIRECTORY}/t}"),
        ] {
            assert!(may_show(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("password", "hunter2"),
            ("password", "12345678"),
            ("token", "${env:TOKEN:-s3cr3t}"),
            ("authorization", "Bearer s3cr3t"),
            ("password_file", "hunter2"),
            ("access_key", "/abc+def/ghi"),
            ("private_key", "-----BEGIN PRIVATE KEY-----"),
            ("token_url", "https://u:p@h"),
            ("max_tokens", "hunter2"),
        ] {
            assert!(!may_show(name, value), "{name}: {value}");
        }
    }
}
