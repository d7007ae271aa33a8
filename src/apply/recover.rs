//! What a killed run left is finished or taken back before anything else happens.

use super::directory::{StateDirectory, decode};
use super::finish::finish;
use super::forget::empty;
use super::journal::{ApplyJournal, Begin};
use super::reverse::{Undone, reverse};
use super::state::{Pending, StackState};
use super::word::{Doubt, UserWord, is_readable};
use super::{ApplyError, NoProver, journal};
use crate::host::{Holder, Host, HostError};
use crate::model::ground::Ground;
use crate::model::observed::{Inventory, Observed, PathState};
use crate::model::prior::GenerationNumber;
use crate::model::step::Step;
use crate::plan::Author;

/// What recovery did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// The run had not got to its first step.
    Nothing,
    /// The generation was kept; what was left of the transaction was cleared away.
    Finished {
        /// Which one.
        generation: GenerationNumber,
        /// The run that was killed.
        author: Author,
        /// What a person should know.
        notes: Vec<String>,
    },
    /// Everything was taken back.
    TakenBack {
        /// The run that was killed.
        author: Author,
        /// What a person should know.
        notes: Vec<String>,
    },
}

/// A run that was killed and is still to be recovered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Killed {
    /// Who began it.
    pub author: Author,
    /// How recovery will end it.
    pub fate: Fate,
}

/// How recovery ends a run that was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It had not begun to change anything.
    Forgotten,
    /// Its generation is kept already; what is left is cleared away.
    Finished(GenerationNumber),
    /// Everything is taken back.
    TakenBack,
    /// Everything was given back already; what is left of the state goes.
    GivenBack,
    /// By root alone: it was root's run, and its journal is not this user's to read.
    Roots,
}

/// The run that was killed on a host, if one was; and what of users' journals is not believed.
pub fn pending(target: &dyn Host, ground: &Ground) -> Result<(Option<Killed>, Vec<Doubt>), ApplyError> {
    let own = states(ground).map(|(state, _)| state.own());
    let looked_at = own.flat_map(|own| [own.journal(), own.forgotten()]);
    let observed =
        target.observe(&Inventory::of(looked_at.chain([StackState::of(ground).own().pending()])))?;
    let (mut killed, mut doubts) = (None, Vec::new());
    for (state, word) in states(ground) {
        let read = unfinished(&observed, &state, word.as_ref());
        let read = match &word {
            None => Some(read?),
            Some(word) => word.doubted(read, &mut doubts)?,
        };
        let forgotten = !matches!(observed.standing(&state.own().forgotten()), PathState::Absent);
        killed = match (killed, read) {
            (None, Some(Some(journal))) => Some(told(target, &state, journal)?),
            (None, Some(None)) if forgotten => {
                let author = Author { time: String::new(), user: String::new(), verb: "destroy".to_owned() };
                Some(Killed { author, fate: Fate::GivenBack })
            }
            (killed, _) => killed,
        };
    }
    if killed.is_none() {
        killed = roots_run(&observed, ground)?.map(|author| Killed { author, fate: Fate::Roots });
    }
    Ok((killed, doubts))
}

/// What becomes of a run that has left this journal.
fn told(target: &dyn Host, state: &StackState, journal: Option<ApplyJournal>) -> Result<Killed, ApplyError> {
    let Some(Begin { generation, author, .. }) = journal.map(|journal| journal.begin) else {
        let author = Author { time: String::new(), user: String::new(), verb: "a run".to_owned() };
        return Ok(Killed { author, fate: Fate::Forgotten });
    };
    let kept = is_kept(target, state, generation)?;
    let fate = if kept { Fate::Finished(generation) } else { Fate::TakenBack };
    Ok(Killed { author, fate })
}

/// The journal of a run that did not end, as [`journal::seen`] tells it; that of a user's own run as far as
/// it is believed.
fn unfinished(
    observed: &Observed,
    state: &StackState,
    word: Option<&UserWord<'_>>,
) -> Result<Option<Option<ApplyJournal>>, ApplyError> {
    let path = state.journal();
    if word.is_some()
        && matches!(observed.standing(&path), PathState::File(file) if !is_readable(&file.bytes))
    {
        return Err(ApplyError::State { path, what: "it is larger than a journal is".to_owned() });
    }
    match (journal::seen(observed, state)?, word) {
        (Some(Some(mut journal)), Some(word)) => {
            word.refuse_foreign(&path, &journal.begin.steps)?;
            journal.begin.author = word.author(&journal.begin.author);
            Ok(Some(Some(journal)))
        }
        (read, _) => Ok(read),
    }
}

/// Who holds the lock on the state at this moment, as far as it can be read: then a journal is that run's,
/// and nobody was killed.
pub fn at_work(target: &dyn Host, ground: &Ground) -> Result<Option<Holder>, ApplyError> {
    let seen = target.observe(&Inventory::of(states(ground).map(|(state, _)| state.own().lock())))?;
    let holder = |standing: &PathState| match standing {
        // One that is written at this moment is read the next time.
        PathState::File(file) => Holder::read(&file.bytes),
        _ => None,
    };
    Ok(seen.at.values().filter_map(holder).find(Holder::is_alive))
}

/// The run of root that was killed while it changed the part of the user who runs the tool: its journal
/// is not the user's to read.
fn roots_run(observed: &Observed, ground: &Ground) -> Result<Option<Author>, ApplyError> {
    let path = StackState::of(ground).own().pending();
    match observed.standing(&path) {
        PathState::File(file) => decode::<Pending>(&path, &file.bytes).map(|pending| Some(pending.author)),
        _ => Ok(None),
    }
}

/// The state of whoever runs the tool, then as root that of each user's own runs, which is that user's
/// word.
fn states(ground: &Ground) -> impl Iterator<Item = (StackState, Option<UserWord<'_>>)> {
    let users =
        ground.alone().map(|(_, _, ground)| StackState::of(&ground)).zip(UserWord::all(ground).map(Some));
    std::iter::once((StackState::of(ground), None)).chain(users)
}

/// Finishes or takes back what a killed run left; the lock must be held. `Incomplete` names what
/// somebody else changed since, unless that is accepted: then it stays as it is, and is told. What a user's own
/// run left is recovered with that user's rights alone, and left where it is not believed.
pub fn recover(
    target: &mut dyn Host,
    ground: &Ground,
    accept_drift: bool,
) -> Result<Option<Recovered>, ApplyError> {
    let mut recovered = None;
    for (state, word) in states(ground) {
        let signs = target.observe(&Inventory::of([state.journal(), state.own().forgotten()]))?;
        if signs.at.values().all(|standing| matches!(standing, PathState::Absent)) {
            continue;
        }
        let read = unfinished(&signs, &state, word.as_ref());
        let one = match &word {
            None => recover_one(target, &state, (read?, accept_drift))?,
            Some(word) => {
                let Some(read) = word.doubted(read, &mut Vec::new())? else { continue };
                let done = recover_one(&mut *target.only(word.user)?, &state, (read, accept_drift));
                word.doubted(done, &mut Vec::new())?.flatten()
            }
        };
        recovered = one.or(recovered);
    }
    let observed = target.observe(&Inventory::of([StackState::of(ground).own().pending()]))?;
    match roots_run(&observed, ground)? {
        Some(author) => Err(ApplyError::RootsRun(author)),
        None => Ok(recovered),
    }
}

fn recover_one(
    target: &mut dyn Host,
    state: &StackState,
    (read, accept_drift): (Option<Option<ApplyJournal>>, bool),
) -> Result<Option<Recovered>, ApplyError> {
    let Some(read) = read else { return go_on_forgetting(target, &state.own()) };
    let Some(ApplyJournal { begin, announced }) = read else {
        target.perform(&Step::Discard { path: state.journal() })?;
        return Ok(Some(Recovered::Nothing));
    };
    // Its lock may be gone, by the hand of a person or with another's directory; its steps are not.
    if let Some(process) = begin.process.filter(|process| process.is_at_work()) {
        let Author { time, user, verb } = begin.author;
        return Err(ApplyError::Locked(Some(Holder { pid: process.pid, user, verb, time })));
    }
    if is_kept(target, state, begin.generation)? {
        let (begin, _, mut notes) = without_parts(begin, announced, &state.ground);
        let told =
            finish(target, state, &begin).map_err(|fault| ApplyError::Unfinished(fault.to_string()))?;
        notes.extend(told);
        let Begin { generation, author, .. } = begin;
        return Ok(Some(Recovered::Finished { generation, author, notes }));
    }
    // Which addresses the old state had is the next survey's to know; here a unit that runs will do.
    let nobody = NoProver("nothing is proven while a killed run is taken back".to_owned());
    let (begin, announced, mut notes) = without_parts(begin, announced, &state.ground);
    let reversed = reverse(target, state, Undone { begin: &begin, announced, accept_drift }, &nobody)?;
    notes.extend(reversed.notes);
    if reversed.left.is_empty() {
        Ok(Some(Recovered::TakenBack { author: begin.author, notes }))
    } else {
        Err(ApplyError::Incomplete(reversed.left))
    }
}

/// A run without its steps in the parts that are left out: they stay as they are, and are told.
fn without_parts(mut begin: Begin, announced: usize, ground: &Ground) -> (Begin, usize, Vec<String>) {
    let is_left = |step: &Step| {
        step.paths().any(|path| ground.leaves_out(path))
            || step.scope().is_some_and(|scope| !ground.covers(scope))
    };
    let (done, left): (Vec<_>, Vec<_>) = begin.steps.iter().enumerate().partition(|(_, step)| !is_left(step));
    let announced_now = done.iter().filter(|(index, _)| *index < announced).count();
    let told = left.iter().filter(|(index, step)| *index < announced && step.leftover() != step.path());
    let notes = told.map(|(_, step)| format!("{step}: left as it is, with the part it is of")).collect();
    begin.steps = done.into_iter().map(|(_, step)| step.clone()).collect();
    (begin, announced_now, notes)
}

/// Ends what a run was at that had given everything back and was killed while it removed the state.
fn go_on_forgetting(target: &mut dyn Host, own: &StateDirectory) -> Result<Option<Recovered>, ApplyError> {
    let mark = own.forgotten();
    if matches!(target.observe(&Inventory::of([mark.clone()]))?.standing(&mark), PathState::Absent) {
        return Ok(None);
    }
    empty(target, own)?;
    Ok(Some(Recovered::Nothing))
}

fn is_kept(target: &dyn Host, state: &StackState, number: GenerationNumber) -> Result<bool, ApplyError> {
    let path = state.own().manifest(number);
    Ok(!matches!(target.observe(&Inventory::of([path.clone()]))?.standing(&path), PathState::Absent))
}

/// A step that clears up. In a home the user can be in the way of it for ever: that is told, and keeps
/// nobody from what is left to do.
pub(super) fn clear(
    target: &mut dyn Host,
    state: &StackState,
    step: &Step,
    notes: &mut Vec<String>,
) -> Result<(), ApplyError> {
    let in_home = step.path().is_some_and(|path| state.ground.home_of(path).is_some());
    match target.perform(step) {
        Err(fault) if in_home && !matches!(fault, HostError::Died { .. }) => {
            notes.push(format!("{step}: {fault}"));
            Ok(())
        }
        done => Ok(done?),
    }
}
