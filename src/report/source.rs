//! The text of a file as findings may show it: other people's environment lines stay unseen.

use crate::component::systemd::read::is_unit;
use crate::stack::TargetPath;
use crate::topology::places::is_yaml;

/// The text of a file for drawing positions. Configuration and units as they are; of anything else,
/// which can only be an environment file, every value outside our block is masked, byte for byte, so that positions hold.
pub fn shown(path: &TargetPath, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if is_yaml(path) || is_unit(path) { text.into_owned() } else { masked(&text) }
}

fn masked(text: &str) -> String {
    let mut ours = false;
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        ours = (ours || line.starts_with("# >>> tracewright ")) && !line.starts_with("# <<< tracewright ");
        match (ours || line.starts_with("# <<< tracewright "), key_length(line)) {
            (true, _) => shown.push_str(line),
            (false, length) => {
                shown.push_str(&line[..length]);
                shown.extend(line[length..].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
            }
        }
    }
    shown
}

/// How much of a line is a name and its `=`; nothing of a line that is no assignment.
fn key_length(line: &str) -> usize {
    let name = line.split('=').next().unwrap_or_default();
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && line.len() > name.len() && line.as_bytes()[name.len()] == b'=' { name.len() + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_our_block_is_shown() {
        let text = "A_KEY=secret\n# note: secret\nnonsense secret\n# >>> tracewright a/b >>>\nOTEL_SERVICE_NAME=b\n# <<< tracewright a/b <<<\nB=ü";
        let shown = "A_KEY=******\n**************\n***************\n# >>> tracewright a/b >>>\nOTEL_SERVICE_NAME=b\n# <<< tracewright a/b <<<\nB=**";
        assert_eq!(masked(text), shown);
        assert_eq!(masked(text).len(), text.len());
    }
}
