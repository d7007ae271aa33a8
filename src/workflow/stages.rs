//! What a person sees of a trial or a proof while it goes on: one line a stage, the current one alive on a
//! terminal.

use super::session::Session;
use crate::text::redact_cut;
use std::time::{Duration, Instant};

/// How often the line of the current stage is drawn anew.
const REDRAW: Duration = Duration::from_millis(100);
/// Columns of the name of a stage.
const NAME: usize = 18;

/// The stages of one trial.
pub(crate) struct Stages<'s> {
    /// Where they are said.
    pub(crate) session: &'s mut Session,
    began: Instant,
    drawn: Option<Instant>,
}

impl<'s> Stages<'s> {
    pub(crate) fn new(session: &'s mut Session) -> Self {
        Self { session, began: Instant::now(), drawn: None }
    }

    /// A new stage begins.
    pub(crate) fn begin(&mut self, name: &str, what: &str) {
        self.began = Instant::now();
        self.drawn = None;
        self.waiting(name, what);
    }

    /// What it waits for now. Only seen on a terminal.
    pub(crate) fn waiting(&mut self, name: &str, what: &str) {
        if !self.session.live() || self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        let line = format!("  {name:NAME$} {} {what}", seconds(self.began.elapsed()));
        // A longer line would wrap, and only its last part be drawn over.
        self.session.draw(&redact_cut(&line, 75));
    }

    /// It is over, and so it went.
    pub(crate) fn done(&mut self, name: &str, what: &str) {
        self.clear();
        self.session.say(&format!("  {name:NAME$} {what}\n"));
    }

    /// Takes the line of a stage away that did not end well.
    pub(crate) fn clear(&mut self) {
        if self.session.live() {
            self.session.draw("");
        }
    }

    /// How long it has lasted.
    pub(crate) fn took(&self) -> String {
        seconds(self.began.elapsed())
    }
}

/// `1.2 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
