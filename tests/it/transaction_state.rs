//! The state: what it refuses, what it keeps, and what happens when a proof fails.

use crate::transaction_root::{
    directory, holder, inodes, look_at, put, read, recover_at, root_at, run_at, run_locked, tree,
};
use crate::transaction_support::{at, author, back_to, block, empty, kept, now, of_stack, stack, whole};
use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tracewright::apply::Judges;
use tracewright::apply::{
    ApplyError, ApplySession, Consent, DesiredState, NoProver, Outcome, Proof, Prover, Recovered,
    SurveyRequest, TakenBackCause, apply, history, survey,
};
use tracewright::host::HostError;
use tracewright::model::desired::{Content, Desired};
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, StackName};
use tracewright::model::prior::GenerationNumber;
use tracewright::model::units::UnitId;
use tracewright::plan::ChangeRefusal;

const STATE: &str = "/var/lib/tracewright/shop";

fn numbered(number: u32) -> Desired {
    let mut desired = empty();
    desired.files.insert(at("/etc/tempo/config.yml"), whole(&format!("number: {number}\n"), 0o640));
    desired.files.insert(at("/srv/web/.env"), block(&[&format!("A={number}")]));
    desired
}

fn apply_number(root: &Path, number: u32) {
    kept(run_at(root, of_stack(&numbered(number)), false, true).unwrap()).unwrap();
}

#[test]
fn a_state_from_a_newer_version_is_refused_with_the_version_that_reads_it() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let path = format!("{STATE}/generations/1.json");
    let text = String::from_utf8(read(root, &path).unwrap()).unwrap();
    put(
        root,
        &path,
        text.replacen("\"version\":1,\"reads\":\"0.1.0\"", "\"version\":2,\"reads\":\"3.4.0\"", 1).as_bytes(),
        0o600,
    );
    let refused = look_at(root, of_stack(&numbered(2))).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("the state at {path} was written by a newer version; tracewright 3.4.0 or later reads it")
    );
    put(root, &path, b"{", 0o600);
    let refused = look_at(root, of_stack(&numbered(2))).unwrap_err();
    assert!(refused.to_string().starts_with(&format!("cannot read the state: {path}: ")), "{refused}");
}

#[test]
fn a_torn_journal_is_none_and_a_damaged_one_is_refused() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let before = tree(root);
    let path = format!("{STATE}/journal");
    put(root, &path, b"00000040 0123abcd {\"version\":1,\"rea", 0o600);
    assert!(look_at(root, of_stack(&numbered(2))).unwrap().pending.is_some());
    recover_at(root).unwrap();
    assert_eq!((read(root, &path), tree(root)), (None, before));
    put(root, &path, b"00000002 0123abcd {}\n00000002 0123abcd {}\n", 0o600);
    let refused = recover_at(root).unwrap_err();
    assert!(refused.to_string().contains("record 1 is damaged"), "{refused}");
}

#[test]
fn a_second_run_is_told_who_holds_the_lock() {
    let temporary = directory();
    let mut target = root_at(temporary.path());
    let first = ApplySession::begin(&mut target, &Ground::below_root(&stack()), &holder("apply")).unwrap();
    let refused = run_locked(temporary.path(), of_stack(&numbered(1))).unwrap_err();
    let shown = refused.to_string();
    let id = std::process::id();
    let expected =
        format!("another run holds the lock: apply by pde, process {id}, since 2026-09-21T00:00:00Z");
    assert!(matches!(refused, ApplyError::Locked(_)));
    assert_eq!(shown, expected);
    drop(first);
}

#[test]
fn twenty_generations_are_kept_and_what_stood_there_first() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/etc/tempo/config.yml", b"theirs\n", 0o604);
    let before = tree(root);
    for number in 1..=25 {
        apply_number(root, number);
    }
    let kept_ones = history(&root_at(root), &Ground::below_root(&stack())).unwrap();
    let numbers: Vec<_> = kept_ones.iter().map(|generation| generation.number.0).collect();
    assert_eq!(numbers, (6..=25).collect::<Vec<_>>());
    assert_eq!(kept_ones[0].author, author("apply"));
    // Twenty of ours and the one that stood there first.
    assert_eq!(fs::read_dir(root.join(&STATE[1..]).join("objects")).unwrap().count(), 21);
    let gone = look_at(root, back_to(5)).unwrap_err();
    assert!(matches!(gone, ApplyError::NoGeneration { number: GenerationNumber(5), .. }));
    kept(run_at(root, back_to(0), false, false).unwrap());
    assert_eq!(tree(root), before);
}

#[test]
fn looking_creates_nothing() {
    let temporary = directory();
    let root = temporary.path();
    assert!(matches!(look_at(root, DesiredState::Generation(None)), Err(ApplyError::NothingApplied)));
    assert!(!look_at(root, of_stack(&numbered(1))).unwrap().plan.is_empty());
    assert_eq!(history(&root_at(root), &Ground::below_root(&stack())).unwrap(), Vec::new());
    assert!(inodes(root).is_empty());
}

#[test]
fn an_object_that_is_lost_refuses_the_way_back() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    apply_number(root, 2);
    for entry in fs::read_dir(root.join(&STATE[1..]).join("objects")).unwrap() {
        fs::write(entry.unwrap().path(), b"rotten").unwrap();
    }
    let survey = look_at(root, DesiredState::Generation(None)).unwrap();
    assert!(survey.plan.refused().any(|(_, refusal)| matches!(refusal, ChangeRefusal::Lost(_))));
}

#[test]
fn an_approved_plan_that_no_longer_holds_is_stale() {
    let temporary = directory();
    let root = temporary.path();
    let (stack, host, desired) = (stack(), HostName::this(), numbered(1));
    let desired = of_stack(&desired);
    let request = SurveyRequest {
        stack: &stack,
        host: &host,
        desired,
        ground: &Ground::below_root(&stack),
        text: None,
        cas: None,
        now: now(),
    };
    let approved = look_at(root, desired).unwrap().digest;
    put(root, "/etc/tempo/config.yml", b"theirs\n", 0o604);
    let consent = Consent { approved, accept_drift: true, adopt: true };
    let refused = apply(
        &mut root_at(root),
        &request,
        &consent,
        (&author("apply"), Judges::none(&NoProver::below_root())),
    );
    assert!(matches!(refused, Err(ApplyError::Stale { .. })), "{refused:?}");
}

#[test]
fn a_root_that_cannot_be_written_is_named() {
    let temporary = directory();
    put(temporary.path(), "/file", b"", 0o600);
    for root in [Path::new("/proc/tracewright-test"), &temporary.path().join("file")] {
        let refused = run_at(root, of_stack(&numbered(1)), false, false).unwrap_err();
        assert!(matches!(refused, ApplyError::Host(HostError::Io { .. })), "{refused:?}");
        assert!(refused.to_string().contains(&root.display().to_string()), "{refused}");
    }
}

#[test]
fn what_is_too_large_or_strange_is_never_touched() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/etc/tempo/config.yml", &vec![b'x'; 9 * 1024 * 1024], 0o600);
    let socket = root.join("srv/web/.env");
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let survey = look_at(root, of_stack(&numbered(1))).unwrap();
    let refused: Vec<_> = survey.plan.refused().map(|(_, refusal)| refusal.to_string()).collect();
    assert_eq!(refused, ["a file above 8 MiB stands in the way", "a socket stands in the way"]);
}

/// A prover that does something to the root, once, and fails.
struct Fails<'a>(&'a dyn Fn(), Cell<bool>);

fn fails(meanwhile: &dyn Fn()) -> Fails<'_> {
    Fails(meanwhile, Cell::new(false))
}

impl Prover for Fails<'_> {
    fn look(&self, _: &UnitId) -> Result<(), String> {
        Ok(())
    }

    fn prove(&self, _: Duration) -> Proof {
        if !self.1.replace(true) {
            (self.0)();
        }
        Proof::Failed("no span came back".to_owned())
    }
}

fn run_proven(root: &Path, desired: &Desired, prover: &dyn Prover) -> Outcome {
    run_proven_with(root, desired, prover, false)
}

fn run_proven_with(root: &Path, desired: &Desired, prover: &dyn Prover, adopt: bool) -> Outcome {
    let (stack, host) = (stack(), HostName::this());
    let desired = of_stack(desired);
    let request = SurveyRequest {
        stack: &stack,
        host: &host,
        desired,
        ground: &Ground::below_root(&stack),
        text: None,
        cas: None,
        now: now(),
    };
    let consent = Consent { approved: look_at(root, desired).unwrap().digest, accept_drift: false, adopt };
    apply(
        &mut root_at(root),
        &request,
        &consent,
        (&author("apply"), Judges { prover, before: prover, ..Judges::none(&NoProver::below_root()) }),
    )
    .unwrap()
}

#[test]
fn a_failed_proof_takes_everything_back() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/srv/web/.env", b"SECRET=1", 0o640);
    apply_number(root, 1);
    let before = tree(root);
    let outcome = run_proven(root, &numbered(2), &fails(&|| {}));
    assert!(
        matches!(&outcome, Outcome::RolledBack { cause: TakenBackCause::Proof(why), old_state: Proof::CouldNotRun(_), notes }
            if why == "no span came back" && notes.is_empty()),
        "{outcome:?}"
    );
    assert_eq!(tree(root), before);
    assert_eq!(history(&root_at(root), &Ground::below_root(&stack())).unwrap().len(), 1);
}

#[test]
fn a_line_that_the_application_wrote_meanwhile_survives_the_way_back() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/srv/web/.env", b"SECRET=1\n", 0o640);
    apply_number(root, 1);
    let old = read(root, "/srv/web/.env").unwrap();
    let outcome = run_proven(
        root,
        &numbered(2),
        &fails(&|| {
            let mut now = read(root, "/srv/web/.env").unwrap();
            now.extend_from_slice(b"MEANWHILE=1\n");
            put(root, "/srv/web/.env", &now, 0o640);
        }),
    );
    let Outcome::RolledBack { notes, .. } = outcome else { panic!("{outcome:?}") };
    let said = "/srv/web/.env was changed while the transaction ran: only the block was taken back";
    assert_eq!(notes, [said]);
    assert_eq!(read(root, "/srv/web/.env").unwrap(), [old, b"MEANWHILE=1\n".to_vec()].concat());
    assert!(look_at(root, of_stack(&numbered(1))).unwrap().plan.is_empty());
    assert!(tree(root).keys().all(|path| !path.display().to_string().contains(".tracewright")));
}

#[test]
fn a_file_that_somebody_changed_meanwhile_is_left_and_named() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let outcome = run_proven(
        root,
        &numbered(2),
        &fails(&|| {
            put(root, "/etc/tempo/config.yml", b"meanwhile\n", 0o640);
        }),
    );
    let Outcome::Incomplete { left, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        left,
        [
            "replace /etc/tempo/config.yml: somebody else changed it in the meantime; what stood there before is /etc/tempo/.tracewright-2-1"
        ]
    );
    assert_eq!(read(root, "/etc/tempo/config.yml").unwrap(), b"meanwhile\n");
    // Until it is put right the next run stops there too; then it goes on by itself.
    assert!(matches!(recover_at(root), Err(ApplyError::Incomplete(_))));
    put(root, "/etc/tempo/config.yml", b"number: 1\n", 0o640);
    recover_at(root).unwrap();
    assert!(look_at(root, of_stack(&numbered(1))).unwrap().plan.is_empty());
}

#[test]
fn a_file_of_another_stack_is_refused_and_a_block_beside_its_block_is_not() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let (host, name) = (HostName::this(), StackName::new("other"));
    let mut other = numbered(1);
    other.stack = name.clone();
    let mut beside = block(&["B=1"]);
    if let Content::Block { begin, end, .. } = &mut beside.content {
        (*begin, *end) = (begin.replace("shop", "other"), end.replace("shop", "other"));
    }
    other.files.insert(at("/srv/web/.env"), beside);
    let desired = of_stack(&other);
    let request = SurveyRequest {
        stack: &name,
        host: &host,
        desired,
        ground: &Ground::below_root(&name),
        text: None,
        cas: None,
        now: now(),
    };
    let survey = survey(&root_at(root), &request).unwrap();
    let refused: Vec<_> =
        survey.plan.refused().map(|(entry, why)| format!("{}: {why}", entry.path)).collect();
    assert_eq!(refused, ["/etc/tempo/config.yml: the stack shop manages it"]);
    assert_eq!(survey.plan.entries.len(), 2);
}

/// Our names beside the files look like litter to whoever tidies up.
#[test]
fn old_files_that_were_cleared_away_meanwhile_come_back_from_the_state() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/etc/tempo/config.yml", b"theirs\n", 0o604);
    let mut first = numbered(1);
    first.files.insert(at("/etc/tempo/leaves.yml"), whole("gone: soon\n", 0o600));
    let before = tree(root);
    let tidy = || {
        for name in fs::read_dir(root.join("etc/tempo")).unwrap().map(|entry| entry.unwrap().path()) {
            if name.display().to_string().contains("/.tracewright-") {
                fs::remove_file(name).unwrap();
            }
        }
    };
    // What stood there before us, and then what we put there.
    for (desired, adopt) in [(&first, true), (&numbered(2), false)] {
        let before = if adopt { before.clone() } else { tree(root) };
        let outcome = run_proven_with(root, desired, &fails(&tidy), adopt);
        let Outcome::RolledBack { notes, .. } = outcome else { panic!("{outcome:?}") };
        assert!(
            notes.iter().any(|note| note.starts_with("/etc/tempo/config.yml: the old file")),
            "{notes:?}"
        );
        assert_eq!(tree(root), before);
        kept(run_at(root, of_stack(&first), false, true).unwrap());
    }
}

/// The same for the file of an application, of which the state has our block alone.
#[test]
fn a_file_with_a_block_whose_copy_was_cleared_away_comes_back_byte_by_byte() {
    let environments: [Option<&[u8]>; 4] =
        [Some(b"SECRET=1"), Some(b"SECRET=1\n"), Some(b"A=9\n\n# end\n"), None];
    let mut without = numbered(2);
    without.files.retain(|(_, path), _| path.as_str() != "/srv/web/.env");
    let mut tries = 0;
    for theirs in environments {
        // The block is new, changes, and leaves.
        for (first, desired) in [(None, numbered(1)), (Some(1), numbered(2)), (Some(1), without.clone())] {
            let temporary = directory();
            let root = temporary.path();
            put(root, "/etc/tempo/config.yml", b"number: 0\n", 0o640);
            std::fs::create_dir_all(root.join("srv/web")).unwrap();
            theirs.iter().for_each(|bytes| put(root, "/srv/web/.env", bytes, 0o640));
            first.iter().for_each(|number| apply_number(root, *number));
            let before = tree(root);
            let tidy = || tidied(&root.join("srv/web"));
            let outcome = run_proven_with(root, &desired, &fails(&tidy), true);
            assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?}");
            assert_eq!(tree(root), before, "{theirs:?} {first:?}");
            tries += 1;
        }
    }
    println!("promise: copies cleared away in the middle come back from the state | {tries} | cargo");
}

/// Removes whatever has a name of ours.
fn tidied(directory: &Path) {
    for name in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if name.display().to_string().contains("/.tracewright-") {
            fs::remove_file(name).unwrap();
        }
    }
}

#[test]
fn a_block_goes_back_also_where_the_file_was_changed_and_its_copy_cleared_away() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/srv/web/.env", b"SECRET=1\n", 0o640);
    apply_number(root, 1);
    let old = read(root, "/srv/web/.env").unwrap();
    let outcome = run_proven(
        root,
        &numbered(2),
        &fails(&|| {
            tidied(&root.join("srv/web"));
            let mut now = read(root, "/srv/web/.env").unwrap();
            now.extend_from_slice(b"MEANWHILE=1\n");
            put(root, "/srv/web/.env", &now, 0o640);
        }),
    );
    assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?}");
    assert_eq!(read(root, "/srv/web/.env").unwrap(), [old, b"MEANWHILE=1\n".to_vec()].concat());
}

#[test]
fn an_environment_file_that_its_owner_removed_keeps_nobody_from_the_way_back() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/srv/web/.env", b"SECRET=1\n", 0o640);
    apply_number(root, 1);
    let gone = || {
        tidied(&root.join("srv/web"));
        fs::remove_file(root.join("srv/web/.env")).unwrap();
    };
    let outcome = run_proven(root, &numbered(2), &fails(&gone));
    let Outcome::RolledBack { notes, .. } = outcome else { panic!("{outcome:?}") };
    let said = "/srv/web/.env was removed while the transaction ran: nothing was taken back";
    assert_eq!(notes, [said]);
    assert_eq!(read(root, "/etc/tempo/config.yml").unwrap(), b"number: 1\n");
}

/// What somebody else changed keeps everybody out until it is put right, or accepted as it is.
#[test]
fn what_somebody_else_changed_can_be_accepted_where_it_keeps_a_killed_run_from_its_end() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    let change = || put(root, "/etc/tempo/config.yml", b"meanwhile\n", 0o640);
    let outcome = run_proven(root, &numbered(2), &fails(&change));
    assert!(matches!(outcome, Outcome::Incomplete { .. }), "{outcome:?}");
    assert!(matches!(recover_at(root), Err(ApplyError::Incomplete(_))));
    let ground = Ground::below_root(&stack());
    let recovered = tracewright::apply::recover(&mut root_at(root), &ground, true).unwrap();
    let Some(Recovered::TakenBack { notes, .. }) = recovered else { panic!("{recovered:?}") };
    let kept = "/etc/tempo/config.yml.before-2";
    let said = format!(
        "/etc/tempo/config.yml: somebody else changed it in the meantime; it stays as it is, what stood there before is {kept}"
    );
    assert_eq!(notes, [said]);
    assert_eq!(read(root, "/etc/tempo/config.yml").unwrap(), b"meanwhile\n");
    assert_eq!(read(root, kept).unwrap(), b"number: 1\n");
    assert_eq!(look_at(root, of_stack(&numbered(1))).unwrap().plan.drifted().count(), 1);
    crate::transaction_support::kept(run_at(root, of_stack(&numbered(2)), true, false).unwrap()).unwrap();
}
