//! What a round left.

use super::lab::{NAMES, Round, Verb};
use crate::transaction_root::{root_at, tree};
use crate::transaction_support::now;
use tracewright::apply::{DesiredState, Survey, SurveyRequest, history, survey};
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, StackName};
use tracewright::model::prior::GenerationNumber;

/// Each stack has exactly the state that it remembers, every generation can be gone back to, and everything
/// can be given back.
pub fn judge(round: &Round<'_>, told: &[String], two: bool) {
    let told = told.join("\n");
    let left = tree(round.root());
    assert!(
        left.keys().all(|path| !path.display().to_string().contains(".tracewright-")),
        "{told}: {left:#?}"
    );
    for (stack, name) in NAMES.iter().enumerate().take(1 + usize::from(two)) {
        let name = StackName::new(*name);
        let generations = history(&root_at(round.root()), &Ground::below_root(&name)).unwrap();
        let newest = generations.last().map(|generation| generation.number);
        for generation in &generations {
            let seen = back_to(round, &name, generation.number);
            assert!(seen.pending.is_none(), "{told}: a journal is left");
            let refused: Vec<_> =
                seen.plan.refused().map(|(entry, why)| format!("{}: {why}", entry.path)).collect();
            assert!(refused.is_empty(), "{told}: {refused:?}");
            assert_eq!(seen.plan.drifted().count(), 0, "{told}: the state does not know what stands there");
            let as_prior = Some(generation.number) != newest || seen.plan.is_empty();
            assert!(as_prior, "{told}: {newest:?} is not what stands there");
        }
        if newest.is_some() {
            round.alone(stack, Verb::Destroy);
        }
        let state = round.root().join("var/lib/tracewright").join(name.as_str());
        assert!(!state.exists(), "{told}: its state is left");
    }
    assert_eq!(tree(round.root()), round.before, "{told}");
}

fn back_to(round: &Round<'_>, name: &StackName, number: GenerationNumber) -> Survey {
    let (host, ground) = (HostName::this(), Ground::below_root(name));
    let desired = DesiredState::Generation(Some(number));
    let request = SurveyRequest {
        stack: name,
        host: &host,
        ground: &ground,
        desired,
        text: None,
        cas: None,
        now: now(),
    };
    survey(&root_at(round.root()), &request).unwrap()
}
