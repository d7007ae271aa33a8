//! What a step from one stack to another takes away for good.

use super::tempo;
use crate::wiring::{ComponentId, Wiring};

/// What no way back gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneWay {
    /// The component.
    pub component: ComponentId,
    /// What is lost, and how.
    pub what: String,
}

/// Everything that is lost on the way from one stack to another.
pub fn one_way(before: &Wiring<'_>, after: &Wiring<'_>) -> Vec<OneWay> {
    let mut lost = Vec::new();
    for (id, old) in &before.engines {
        let Some(new) = after.engines.get(id) else { continue };
        let what = |what| OneWay { component: id.clone(), what };
        if *id == tempo::ID
            && let (Some(old), Some(new)) = (&before.stack.tempo, &after.stack.tempo)
        {
            lost.extend(tempo::one_way::one_way(old, new).into_iter().map(what));
        }
        let moved = old.data.iter().zip(&new.data).filter(|(old, new)| old != new);
        lost.extend(moved.map(|(old, new)| {
            what(format!(
                "its data is looked for in {new}: what lies in {old} stays there and is no longer read"
            ))
        }));
    }
    lost
}
