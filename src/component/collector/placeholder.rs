//! A collector's configuration without its secrets: a validator needs a value, never the real one.

/// What stands where a secret would.
const PLACEHOLDER: &str = "placeholder";

/// The text with every reference to an environment variable or a file replaced: by its default where it
/// names one, else by a placeholder. `$$` is a dollar sign and stays. No line moves.
pub fn without_secrets(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match reference(rest) {
            Some(inside) => {
                plain.push_str(inside.split_once(":-").map_or(PLACEHOLDER, |(_, default)| default));
                inside.len() + "${}".len()
            }
            None => {
                let length = if rest.starts_with("$$") { 2 } else { 1 };
                plain.push_str(&rest[..length]);
                length
            }
        };
        rest = &rest[length..];
    }
    plain + rest
}

/// What stands between the braces at the beginning, inner braces included.
fn reference(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?;
    let mut depth = 1;
    for (at, letter) in inside.char_indices() {
        match letter {
            '\n' => return None,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&inside[..at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn references_become_placeholders() {
        let cases = [
            ("a: \"${env:TOKEN}\"", "a: \"placeholder\""),
            ("a: \"Bearer ${file:/run/x}\"\nb: ${env:B}\n", "a: \"Bearer placeholder\"\nb: placeholder\n"),
            ("${file:${env:CREDENTIALS_DIRECTORY}/token}", "placeholder"),
            ("port: ${env:PORT:-4317}", "port: 4317"),
            ("a: $$5 $ $${env:X}", "a: $$5 $ $${env:X}"),
            ("a: ${open\nb: }", "a: ${open\nb: }"),
            ("$", "$"),
        ];
        for (text, plain) in cases {
            assert_eq!(without_secrets(text), plain);
        }
    }
}
