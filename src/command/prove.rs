//! `prove`: a trace through every application's endpoint of what runs.

use crate::cli::{Format, ProveArguments};
use crate::exit::Exit;
use crate::prove::{LogSource, Numbered, TraceProof, TraceProver};
use crate::report::document::{ProofDocument, printed};
use crate::report::proof;
use crate::report::proof::ProofOutcome;
use crate::trial;
use crate::workflow::journals::Journals;
use crate::workflow::proof::{TrialLogs, exit, nothing_to_prove, somebody_listens, unproven, within};
use crate::workflow::running::There;
use crate::workflow::session::{Session, Stop};
use crate::workflow::stages::Stages;

pub(super) fn run(session: &mut Session, arguments: &ProveArguments) -> Result<Exit, Stop> {
    let there = There::find(session, &arguments.stack.stack)?;
    let wiring = there.wiring()?;
    let endpoints = trial::endpoints(&wiring);
    let reader = trial::reader(&wiring, &there.ca(&wiring));
    let Some(reader) = reader.filter(|_| !endpoints.is_empty()) else {
        return Err(nothing_to_prove(&wiring));
    };
    if there.trial.is_none() {
        somebody_listens(&wiring)?;
    }
    let logs: Box<dyn LogSource> = match &there.trial {
        Some(found) => Box::new(TrialLogs(found.clone())),
        None => Box::new(Journals(&wiring)),
    };
    let prover = TraceProver { reader: &reader, logs: &*logs, within: within(&wiring) };
    let beside = unproven(&wiring);
    let mut stages = Stages::new(session);
    let mut outcomes = Vec::new();
    for endpoint in endpoints {
        stages.begin(&format!("app.{}", endpoint.name), "a trace is sent and read back");
        let outcome = match arguments.count {
            None => ProofOutcome::from(prover.prove(&endpoint)),
            Some(count) => match prover.count(&endpoint, Numbered { count, rate: arguments.rate }) {
                Ok((tally, failure)) => ProofOutcome::Counted(tally, failure),
                Err(not) => ProofOutcome::from(TraceProof::CouldNotRun(not)),
            },
        };
        stages.clear();
        outcomes.push((endpoint, outcome));
    }
    let document = || printed(&ProofDocument::of(&outcomes));
    session.keep_document(document)?;
    match arguments.format {
        Format::Text => session.print(&(proof::text(&outcomes) + &beside)),
        Format::Json => session.print_document(&document()),
    }
    Ok(exit(&outcomes))
}
