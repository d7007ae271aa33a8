//! What a Tempo loses for good when its settings change.
//!
//! Sources: upstream's migration page for 3.0 ("no in-place downgrade"); retention and data were seen on
//! 2.10.8 and 3.0.3.

use crate::component::values::go_duration;
use crate::stack::Tempo;

/// What is lost on the way from one Tempo to another.
pub fn one_way(before: &Tempo, after: &Tempo) -> Vec<String> {
    let mut lost = Vec::new();
    let (old, new) = (before.dialect, after.dialect);
    if new.line.0 != old.line.0 {
        lost.push(format!(
            "{} -> {}: upstream has no way from {} back to 2.x in place",
            old.name,
            new.name,
            if new.line > old.line { new.name } else { old.name }
        ));
    }
    if after.retention < before.retention {
        let (after, before) = (go_duration(after.retention), go_duration(before.retention));
        lost.push(format!(
            "traces older than {after} are deleted by the next compaction; {before} were kept"
        ));
    }
    lost
}
