//! `--hold`: the engines stay up for the user's own application.

use super::round::{Round, RoundEnd};
use crate::component::app;
use crate::component::app::describe;
use crate::model::env::EnvFormat;
use crate::stack::App;
use crate::wiring::Wiring;
use std::thread;
use std::time::Duration;

/// What is said when it is up.
const HELD: &str = "held until Ctrl-C; from another terminal: `tracewright status`, `logs -f`, `prove`, with the same stack\n";

/// Says what the applications must be told, and waits until somebody ends it.
pub(crate) fn hold(round: &mut Round<'_, '_>, wiring: &Wiring<'_>) -> Result<(), RoundEnd> {
    let blocks: Vec<_> = wiring.stack.apps.values().map(|app| exports(wiring, app)).collect();
    round.trial.stages.session.print(&blocks.join("\n"));
    round.trial.stages.session.say(HELD);
    loop {
        match round.alive() {
            Ok(()) => thread::sleep(Duration::from_millis(50)),
            // That is how a hold ends.
            Err(RoundEnd::Interrupted) => return Ok(()),
            Err(trouble) => return Err(trouble),
        }
    }
}

/// The lines of an application's environment block, for a shell.
fn exports(wiring: &Wiring<'_>, app: &App) -> String {
    let place = &wiring.clients[&app::id(&app.name)];
    let assignments = describe::assignments(wiring, app, place);
    let shell = App { env_dialect: EnvFormat::Shell, ..app.clone() };
    let lines = describe::lines(&shell, &assignments).unwrap_or_default();
    let lines = lines.iter().map(|line| format!("export {line}\n"));
    std::iter::once(format!("# app.{}\n", app.name)).chain(lines).collect()
}
