//! The journals of a stack's engines on this machine.

use super::proof::component_name;
use crate::host::UnitJournal;
use crate::model::units::UnitId;
use crate::prove::{LogSource, LoggedComponent};
use crate::wiring::{EnginePlace, Wiring};

/// How old a line may be that speaks for the cause of a failure, in seconds: what was wrong before is not
/// what is wrong now.
const FRESH: u32 = 60;

/// The unit of an engine.
pub(crate) fn unit(place: &EnginePlace) -> UnitId {
    UnitId { scope: place.scope.clone(), name: place.unit.name.clone() }
}

/// The newest lines of each engine, for the cause of a failed proof.
pub(crate) struct Journals<'a>(pub(crate) &'a Wiring<'a>);

impl LogSource for Journals<'_> {
    /// A journal that cannot be read is one that nobody keeps: the log is a help, not the matter.
    fn newest(&self, component: LoggedComponent<'_>) -> Option<String> {
        let mut engines = self.0.engines.iter();
        let (_, place) = engines.find(|(id, _)| id.to_string() == component_name(component))?;
        let lines = UnitJournal::of(&unit(place)).and_then(|journal| journal.newest(Some(FRESH))).ok()?;
        Some(lines.join("\n"))
    }
}
