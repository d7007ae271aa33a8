//! Specifiers (`%h`, `%i`, `%n` and the like) in the directives of a unit, systemd.unit(5).

/// No path or argument of a program is longer (bytes).
const LONGEST: usize = 1024 * 1024;

/// What the specifiers of a unit stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Specifiers<'a> {
    /// The home of the user whose manager reads the unit; none for a unit of the system.
    pub home: Option<&'a str>,
    /// The unit's name, `shop@one.service`; empty where that is not known.
    pub unit: &'a str,
}

impl<'a> Specifiers<'a> {
    /// Those of a unit whose name is not known.
    pub fn of_manager(home: Option<&'a str>) -> Self {
        Self { home, unit: "" }
    }

    /// A text with its specifiers put in; `None` where one is not known here.
    pub fn put_in(&self, text: &str) -> Option<String> {
        if !text.contains('%') {
            return Some(text.to_owned());
        }
        let mut out = String::new();
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            if out.len() > LONGEST {
                return None;
            }
            match characters.next()? {
                '%' => out.push('%'),
                letter => out.push_str(&self.value(letter)?),
            }
        }
        Some(out)
    }

    fn value(&self, letter: char) -> Option<String> {
        self.of_directories(letter).or_else(|| self.of_name(letter))
    }

    /// Directories of the manager. Where a user's state and logs lie has moved between releases.
    fn of_directories(&self, letter: char) -> Option<String> {
        Some(match (letter, self.home) {
            ('h', Some(home)) => home.to_owned(),
            ('h', None) => "/root".to_owned(),
            ('E', None) => "/etc".to_owned(),
            ('E', Some(home)) => format!("{home}/.config"),
            ('S', None) => "/var/lib".to_owned(),
            ('C', None) => "/var/cache".to_owned(),
            ('C', Some(home)) => format!("{home}/.cache"),
            ('L', None) => "/var/log".to_owned(),
            ('t', None) => "/run".to_owned(),
            ('u' | 'g', None) => "root".to_owned(),
            ('U' | 'G', None) => "0".to_owned(),
            ('T', _) => "/tmp".to_owned(),
            ('V', _) => "/var/tmp".to_owned(),
            _ => return None,
        })
    }

    /// Parts of the unit's name: `PREFIX@INSTANCE.service`.
    fn of_name(&self, letter: char) -> Option<String> {
        if self.unit.is_empty() {
            return None;
        }
        let bare = self.unit.rsplit_once('.').map_or(self.unit, |(bare, _)| bare);
        let (prefix, instance) = bare.split_once('@').unwrap_or((bare, ""));
        // A template itself is never started.
        if bare.ends_with('@') && matches!(letter, 'i' | 'I' | 'n' | 'N' | 'f') {
            return None;
        }
        let last = prefix.rsplit('-').next().unwrap_or(prefix);
        Some(match letter {
            'n' => self.unit.to_owned(),
            'N' => bare.to_owned(),
            'p' => prefix.to_owned(),
            'P' => unescaped(prefix),
            'i' => instance.to_owned(),
            'I' => unescaped(instance),
            'j' => last.to_owned(),
            'J' => unescaped(last),
            'f' => format!("/{}", unescaped(if instance.is_empty() { prefix } else { instance })),
            _ => return None,
        })
    }
}

/// What `systemd-escape` was given: `-` is a slash, `\xNN` a byte.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = rest.strip_prefix(b"\\x").and_then(|hex| std::str::from_utf8(hex.get(..2)?).ok());
        match (first, code.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            (first, None) => {
                bytes.push(if *first == b'-' { b'/' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_directories() {
        let system = Specifiers { home: None, unit: r"otel-gate@a-b\x2dc.service" };
        let read = |text| system.put_in(text);
        assert_eq!(
            read("%n %N %p %i %I").as_deref(),
            Some(r"otel-gate@a-b\x2dc.service otel-gate@a-b\x2dc otel-gate a-b\x2dc a/b-c")
        );
        assert_eq!(read("%j %J %f %h %E%%").as_deref(), Some("gate gate /a/b-c /root /etc%"));
        assert_eq!(read("%H"), None);
        let template = Specifiers { home: Some("/home/a"), unit: "gate@.service" };
        assert_eq!(template.put_in("%h/%p"), Some("/home/a/gate".to_owned()));
        assert_eq!(template.put_in("%i"), None);
        assert_eq!(Specifiers::of_manager(None).put_in("%n"), None);
        assert_eq!(unescaped(r"\x"), r"\x");
    }
}
