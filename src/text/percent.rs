//! Percent-encoding, as values of headers and attributes have it in environment variables.

/// Whether every SDK reads a text as it is, encoded or not.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(plain)
}

/// A text with all but plain letters encoded.
pub fn percent_encode(text: &str) -> String {
    let encode = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte)
}
