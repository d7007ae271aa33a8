//! What differs from run to run, in what a host prints: identities, digests, times, process numbers.

/// The text with a word in square brackets for each of these.
pub fn mask(text: &str) -> String {
    let text = either_way(text);
    let mut masked = String::new();
    let mut rest = text.as_str();
    let mut before = String::new();
    while !rest.is_empty() {
        let word =
            |from: &str| from.len() - from.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let end = match word(rest) {
            0 => rest.chars().next().map_or(0, char::len_utf8),
            length => length,
        };
        if let Some((name, length)) = known(rest, end, &before) {
            masked.push_str(name);
            rest = &rest[length..];
            before = name.to_owned();
            continue;
        }
        masked.push_str(&rest[..end]);
        if !rest[..end].trim().is_empty() {
            before = rest[..end].to_owned();
        }
        rest = &rest[end..];
    }
    masked
}

/// The name for what begins here with a word of `end` bytes, and how long it is.
fn known(rest: &str, end: usize, before: &str) -> Option<(&'static str, usize)> {
    let word = &rest[..end];
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match end {
        32 if hex => return Some(("[ID]", end)),
        64 if hex => return Some(("[DIGEST]", end)),
        8 if hex && before == "run" => return Some(("[RUN]", end)),
        _ => {}
    }
    if let Some(length) = time(rest) {
        return Some(("[TIME]", length));
    }
    if !digits {
        return None;
    }
    if ["pid", "PID", "process"].contains(&before) {
        return Some(("[PID]", end));
    }
    let tail = rest[end..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = rest.len() - tail.len();
    let unit = [" ms", " µs", " s"].into_iter().find(|unit| {
        tail.strip_prefix(unit).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
    })?;
    // Whole seconds are written by somebody, all else was measured.
    (unit != " s" || rest[..number].contains('.')).then_some(("[N]", number))
}

/// How long a time is that begins here: `2026-11-01T12:00:00Z`, `2026-11-01 12:00:00 UTC`.
fn time(rest: &str) -> Option<usize> {
    const LIKE: &[u8] = b"0000-00-00T00:00:00";
    let bytes = rest.as_bytes().get(..LIKE.len())?;
    let fits = |(found, like): (&u8, &u8)| match like {
        b'0' => found.is_ascii_digit(),
        b'T' => b"T ".contains(found),
        other => found == other,
    };
    if !bytes.iter().zip(LIKE).all(fits) {
        return None;
    }
    let after = &rest[LIKE.len()..];
    let fraction = after
        .strip_prefix('.')
        .map_or(0, |digits| 1 + digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let zone = ["Z", " UTC"].into_iter().find(|zone| after[fraction..].starts_with(zone)).map_or(0, str::len);
    Some(LIKE.len() + fraction + zone)
}

#[test]
fn what_differs_from_run_to_run_is_masked() {
    let text = "2026-11-01T12:00:00.123Z run 0123456789abcdef0123456789abcdef, pid 42 of (pid 7), took 1200 ms and 1.25 s, run 0123abcd\n\
                port 4317 within 15 s, 2026 spans, 10 stacks, sha256:0000000000000000000000000000000000000000000000000000000000000000 2026-11-01 12:00:00 UTC";
    let masked = "[TIME] run [ID], pid [PID] of (pid [PID]), took [N] ms and [N] s, run [RUN]\n\
                  port 4317 within 15 s, 2026 spans, 10 stacks, sha256:[DIGEST] [TIME]";
    assert_eq!(mask(text), masked);
}

/// What depends on how fast an engine is: whether a unit that does not stay up is seen by its start or by
/// the look after it, and how a connection of Go's ends that was closed before it was read.
fn either_way(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace("server preface: connection reset by peer", "server preface: EOF");
        match line.split_once(" does not stay up").or(line.split_once(" did not stay up")) {
            Some((unit, _)) => {
                format!("{} did not stay up", unit.replace("tempo.service: tempo.service", "tempo.service:"))
            }
            None => line,
        }
    };
    let end = if text.ends_with('\n') { "\n" } else { "" };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + end
}
