//! `prove`: a trace, a point and a record through every application's endpoints of what runs.

use crate::cli::{Format, ProveArguments};
use crate::exit::Exit;
use crate::prove::{LogSource, Numbered, SignalProof, SignalProver};
use crate::report::document::{ProofDocument, printed};
use crate::report::proof;
use crate::report::proof::ProofOutcome;
use crate::trial;
use crate::workflow::journals::Journals;
use crate::workflow::proof::{
    TrialLogs, by_app, doing, exit, nothing_to_prove, somebody_listens, unproven, within,
};
use crate::workflow::running::There;
use crate::workflow::session::{Session, Stop};
use crate::workflow::stages::Stages;

pub(super) fn run(session: &mut Session, arguments: &ProveArguments) -> Result<Exit, Stop> {
    let there = There::find(session, &arguments.stack.stack)?;
    let wiring = there.wiring()?;
    let ways = trial::ways(&wiring, &there.ca(&wiring));
    if ways.is_empty() {
        return Err(nothing_to_prove(&wiring));
    }
    if there.trial.is_none() {
        somebody_listens(&wiring)?;
    }
    let logs: Box<dyn LogSource> = match &there.trial {
        Some(found) => Box::new(TrialLogs(found.clone())),
        None => Box::new(Journals(&wiring)),
    };
    let prover = SignalProver { logs: &*logs, within: within(&wiring) };
    let beside = unproven(&wiring, &ways);
    let mut stages = Stages::new(session);
    let mut outcomes = Vec::new();
    for own in by_app(&ways) {
        stages.begin(&format!("app.{}", own[0].endpoint.name), &doing(own));
        let seen: Vec<_> = match arguments.count {
            None => prover.prove(own).into_iter().map(ProofOutcome::from).collect(),
            Some(count) => {
                let counted = prover.count(own, Numbered { count, rate: arguments.rate }).into_iter();
                let outcome = |one| match one {
                    Ok((tally, failure)) => ProofOutcome::Counted(tally, failure),
                    Err(not) => ProofOutcome::from(SignalProof::CouldNotRun(not)),
                };
                counted.map(outcome).collect()
            }
        };
        stages.clear();
        outcomes.extend(own.iter().map(|way| way.endpoint.clone()).zip(seen));
    }
    let document = || printed(&ProofDocument::of(&outcomes));
    session.keep_document(document)?;
    match arguments.format {
        Format::Text => session.print(&(proof::text(&outcomes) + &beside)),
        Format::Json => session.print_document(&document()),
    }
    Ok(exit(&outcomes))
}
