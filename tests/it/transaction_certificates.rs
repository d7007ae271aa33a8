//! Certificates of a stack through plan, apply and rollback.
#![expect(clippy::disallowed_methods, reason = "the test looks at what was written")]

use crate::transaction_root::{directory, put, read, root_at, tree};
use crate::transaction_support::{at, author, empty, file, now, stack};
use rustls_pki_types::{CertificateDer, ServerName as Dialled, UnixTime, pem::PemObject};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tracewright::apply::Judges;
use tracewright::apply::{
    ApplyError, Consent, DesiredState, NoProver, Outcome, Survey, SurveyRequest, apply, survey,
};
use tracewright::host::{CaDirectory, HostError};
use tracewright::model::certificate::{Algorithm, CertificateRole, CertificateSpec, ServerName};
use tracewright::model::desired::{Content, Desired};
use tracewright::model::ground::Ground;
use tracewright::model::names::{CertificateName, HostName};
use tracewright::pki::facts_of;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn spec(name: &str, role: CertificateRole) -> CertificateSpec {
    let days = if role == CertificateRole::Ca { 3650 } else { 396 };
    CertificateSpec {
        name: CertificateName::new(name),
        organization: "shop".to_owned(),
        common_name: format!("shop {name}"),
        role,
        lifetime: DAY * days,
        renew_before: DAY * days / 3,
        algorithm: Algorithm::EcdsaP256,
    }
}

/// Two leaves and the CA beside each.
fn desired(names: &[&str]) -> Desired {
    let mut desired = empty();
    for component in ["main", "tempo"] {
        let dialled = if component == "tempo" { names } else { &["127.0.0.1"] };
        let role = CertificateRole::Leaf {
            names: dialled.iter().map(|name| ServerName::of(name)).collect(),
            server: true,
            client: component == "main",
        };
        let mut put = |name: &str, content, mode| {
            desired.files.insert(at(&format!("/etc/{component}/{name}")), file(content, mode));
        };
        put("ca.crt", Content::Certificate(spec("ca", CertificateRole::Ca)), 0o640);
        put("leaf.crt", Content::Certificate(spec(component, role)), 0o640);
        put("leaf.key", Content::PrivateKey(CertificateName::new(component)), 0o600);
    }
    desired
}

struct Host<'a> {
    root: &'a Path,
    cas: Option<&'a Path>,
    now: SystemTime,
}

impl Host<'_> {
    fn with<T>(&self, desired: DesiredState<'_>, then: impl FnOnce(&SurveyRequest<'_>) -> T) -> T {
        let (stack, host) = (stack(), HostName::this());
        let directory = self.cas.map(|path| CaDirectory::open(path).unwrap());
        then(&SurveyRequest {
            stack: &stack,
            host: &host,
            desired,
            ground: &Ground::below_root(&stack),
            text: None,
            cas: directory.as_ref(),
            now: self.now,
        })
    }

    fn look(&self, desired: &Desired) -> Survey {
        self.with(DesiredState::Stack(desired), |request| survey(&root_at(self.root), request).unwrap())
    }

    fn run(&self, spec: DesiredState<'_>, accept_drift: bool) -> Result<Outcome, ApplyError> {
        self.with(spec, |request| {
            let approved = survey(&root_at(self.root), request)?.digest;
            let consent = Consent { approved, accept_drift, adopt: false };
            apply(
                &mut root_at(self.root),
                request,
                &consent,
                (&author("apply"), Judges::none(&NoProver::below_root())),
            )
        })
    }

    fn apply(&self, desired: &Desired) {
        let outcome = self.run(DesiredState::Stack(desired), false).unwrap();
        assert!(matches!(outcome, Outcome::Kept { .. }), "{outcome:?}");
        assert!(self.look(desired).plan.is_empty());
    }

    /// Symbol and reason by path.
    fn planned(&self, desired: &Desired) -> BTreeMap<String, String> {
        let plan = self.look(desired).plan;
        let entries = plan.entries.iter();
        entries
            .map(|entry| (entry.path.to_string(), format!("{} {}", entry.action.symbol(), entry.reason)))
            .collect()
    }
}

/// Whether a client that trusts the CA takes the leaf for this name.
fn accepts(root: &Path, component: &str, name: &'static str) -> bool {
    let der = |file| {
        let pem = read(root, &format!("/etc/{component}/{file}")).unwrap();
        CertificateDer::from_pem_slice(&pem).unwrap()
    };
    let (ca, leaf) = (der("ca.crt"), der("leaf.crt"));
    let anchor = webpki::anchor_from_trusted_cert(&ca).unwrap();
    let leaf = webpki::EndEntityCert::try_from(&leaf).unwrap();
    let time = UnixTime::since_unix_epoch(now().duration_since(SystemTime::UNIX_EPOCH).unwrap());
    leaf.verify_for_usage(
        &[webpki::ring::ECDSA_P256_SHA256],
        &[anchor],
        &[],
        time,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )
    .is_ok()
        && leaf.verify_is_valid_for_subject_name(&Dialled::try_from(name).unwrap()).is_ok()
}

#[test]
fn issued_certificates_are_accepted_for_every_name_they_were_issued_for() {
    let temporary = directory();
    let root = temporary.path();
    let host = Host { root, cas: None, now: now() };
    host.apply(&desired(&["127.0.0.1", "tempo.lan", "::1"]));
    for (name, accepted) in [("tempo.lan", true), ("127.0.0.1", true), ("::1", true), ("other.lan", false)] {
        assert_eq!(accepts(root, "tempo", name), accepted, "{name}");
    }
    let facts = facts_of(&read(root, "/etc/main/leaf.crt").unwrap()).unwrap();
    let uses = facts.usages.unwrap();
    assert_eq!((uses.server, uses.client, facts.is_ca), (true, true, false));
    assert_eq!((facts.organization.as_str(), facts.common_name.as_str()), ("shop", "shop main"));
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(facts.not_before.unsigned_abs(), since(now()) - 3600);
    assert_eq!(facts.not_after.unsigned_abs(), since(now() + DAY * 396));
    let key = fs::metadata(root.join("etc/main/leaf.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o7777, 0o600);
    assert!(read(root, "/etc/main/leaf.key").unwrap().starts_with(b"-----BEGIN PRIVATE KEY-----"));
    // The CA's key is nowhere.
    let trees = format!("{:?}", tree(root));
    assert_eq!(trees.matches("BEGIN PRIVATE KEY").count(), 2);
}

#[test]
fn without_a_directory_a_new_name_replaces_everything() {
    let temporary = directory();
    let host = Host { root: temporary.path(), cas: None, now: now() };
    host.apply(&desired(&["127.0.0.1"]));
    let old = tree(temporary.path());
    let more = desired(&["127.0.0.1", "tempo.lan"]);
    let ca = "-/+ a new leaf needs a new CA: the key of this one was not kept";
    let expected = [
        ("/etc/main/ca.crt", ca),
        ("/etc/main/leaf.crt", "-/+ its CA is replaced"),
        ("/etc/main/leaf.key", "-/+ its CA is replaced"),
        ("/etc/tempo/ca.crt", ca),
        ("/etc/tempo/leaf.crt", "-/+ it must also name tempo.lan"),
        ("/etc/tempo/leaf.key", "-/+ it must also name tempo.lan"),
    ];
    let expected = expected.map(|(path, what)| (path.to_owned(), what.to_owned()));
    assert_eq!(host.planned(&more), BTreeMap::from(expected));
    host.apply(&more);
    assert!(accepts(temporary.path(), "tempo", "tempo.lan"));
    let outcome = host.run(DesiredState::Generation(None), false).unwrap();
    assert!(matches!(outcome, Outcome::Kept { .. }), "{outcome:?}");
    assert_eq!(tree(temporary.path()), old, "the old certificates are back");
}

#[test]
fn with_a_directory_only_the_leaf_is_replaced() {
    let (temporary, kept) = (directory(), directory());
    let kept = kept.path().join("authority");
    let host = Host { root: temporary.path(), cas: Some(&kept), now: now() };
    host.apply(&desired(&["127.0.0.1"]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&kept), 0o700);
    for entry in fs::read_dir(&kept).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    let more = desired(&["127.0.0.1", "tempo.lan"]);
    assert_eq!(
        host.planned(&more).keys().collect::<Vec<_>>(),
        ["/etc/tempo/leaf.crt", "/etc/tempo/leaf.key"]
    );
    host.apply(&more);
    assert!(
        accepts(temporary.path(), "tempo", "tempo.lan") && accepts(temporary.path(), "main", "127.0.0.1")
    );
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
}

#[test]
fn renewal_comes_by_date_and_says_which() {
    let (temporary, kept) = (directory(), directory());
    let mut host = Host { root: temporary.path(), cas: Some(kept.path()), now: now() };
    let desired = desired(&["127.0.0.1"]);
    host.apply(&desired);
    host.now = now() + DAY * 264 - Duration::from_secs(1);
    assert!(host.planned(&desired).is_empty());
    host.now = now() + DAY * 264;
    let reasons: Vec<_> = host.planned(&desired).into_values().collect();
    assert_eq!(reasons, vec!["-/+ two thirds of its life ended 2027-06-12"; 4]);
    host.now = now() + DAY * 4000;
    let planned = host.planned(&desired);
    assert_eq!(planned["/etc/main/ca.crt"], "-/+ it expired on 2036-09-18");
    assert_eq!(planned.len(), 6);
    host.apply(&desired);
}

#[test]
fn a_key_that_was_removed_or_changed_comes_back_as_it_was() {
    let temporary = directory();
    let root = temporary.path();
    let host = Host { root, cas: None, now: now() };
    let desired = desired(&["127.0.0.1"]);
    host.apply(&desired);
    let before = tree(root);
    fs::remove_file(root.join("etc/tempo/leaf.key")).unwrap();
    fs::remove_file(root.join("etc/tempo/ca.crt")).unwrap();
    put(root, "/etc/main/leaf.crt", b"nonsense", 0o640);
    assert_eq!(
        host.planned(&desired).into_values().collect::<Vec<_>>(),
        [
            "~ changed since generation 1: its content changed",
            "+ changed since generation 1: it was removed",
            "+ changed since generation 1: it was removed"
        ]
    );
    assert!(matches!(host.run(DesiredState::Stack(&desired), false), Err(ApplyError::Drift(_))));
    let outcome = host.run(DesiredState::Stack(&desired), true).unwrap();
    assert!(matches!(outcome, Outcome::Kept { .. }), "{outcome:?}");
    assert_eq!(tree(root), before);
}

#[test]
fn keys_are_never_kept_inside_a_git_work_tree() {
    let temporary = directory();
    fs::create_dir(temporary.path().join(".git")).unwrap();
    let inside = temporary.path().join("deep/authority");
    let refused = CaDirectory::open(inside);
    assert!(matches!(refused, Err(HostError::InWorkTree { .. })), "{refused:?}");
}

/// Neither a plan nor what is written beside the objects ever holds a key.
#[test]
fn private_keys_are_only_in_their_files_and_objects() {
    let temporary = directory();
    let root = temporary.path();
    let host = Host { root, cas: None, now: now() };
    host.apply(&desired(&["127.0.0.1"]));
    let key = String::from_utf8(read(root, "/etc/tempo/leaf.key").unwrap()).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let shown = format!(
        "{:?}",
        host.look(&empty()).plan.entries.iter().map(|entry| &entry.content).collect::<Vec<_>>()
    );
    assert!(!shown.contains(secret));
    for entry in fs::read_dir(root.join("var/lib/tracewright/shop/generations")).unwrap() {
        assert!(!fs::read_to_string(entry.unwrap().path()).unwrap().contains(secret));
    }
}
