//! A secret that was sent and comes back in a server's answer, written in some other way, in the middle of
//! whatever the server likes: it is not shown, nor is anything that a terminal obeys.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::Write;
use tracewright::text::KnownSecrets;

const CANARY: &str = "kAnArY7f3a9b/cd+Q\"<\u{e9}z";
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Longer than any input: what is cut off cannot be what hides it.
const MOST: usize = 100_000;

fuzz_target!(|data: (Vec<u8>, u8, String, String)| {
    let (styles, within, before, after) = data;
    let mut secrets = KnownSecrets::default();
    secrets.add_header("authorization", &format!("Bearer {CANARY}"));
    secrets.add_url("http://shop:pAssw0rd%2Fof@127.0.0.1/");
    let echo = match within % 4 {
        0 => written(CANARY, &styles),
        1 => written(&written(CANARY, &styles), &styles[styles.len() / 2..]),
        2 => base64(&format!("{}{CANARY}{}", cut(&before), cut(&after))),
        _ => CANARY.bytes().map(|byte| format!("{byte:02x}")).collect(),
    };
    let shown = secrets.line(&format!("{before} {echo} {after}"), MOST);
    assert!(!shown.contains(&echo), "{echo:?} between {before:?} and {after:?} comes back: {shown:?}");
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    secrets.line(&before, usize::from(within));
});

/// Each character as it is or as an escape, as the input has it, so that it can be read again.
fn written(text: &str, styles: &[u8]) -> String {
    let mut written = String::new();
    for (place, letter) in text.chars().enumerate() {
        let style = styles.get(place).copied().unwrap_or_default();
        let _ = match style % 6 {
            1 if letter.is_ascii() => write!(written, "%{:02X}", u32::from(letter)),
            2 => write!(written, "\\u{:04x}", u32::from(letter)),
            3 => write!(written, "&#{};", u32::from(letter)),
            4 => write!(written, "&#x{:x};", u32::from(letter)),
            5 if letter.is_ascii() => write!(written, "\\x{:02x}", u32::from(letter)),
            // What begins an escape is never written as it is.
            _ if matches!(letter, '\\' | '%' | '&') => write!(written, "&#{};", u32::from(letter)),
            _ => write!(written, "{letter}"),
        };
    }
    written
}

fn cut(text: &str) -> String {
    text.chars().take(50).collect()
}

fn base64(text: &str) -> String {
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let group = |three: &[u8]| {
        let bits =
            (0..3).fold(0, |bits, place| bits << 8 | three.get(place).map_or(0, |byte| u32::from(*byte)));
        (0..=three.len()).map(|place| digit(bits >> (18 - 6 * place))).collect::<String>()
    };
    text.as_bytes().chunks(3).map(group).collect()
}
