//! Which certificates are kept, which come back, and which are issued anew.
//!
//! What is judged is what the last apply left, not what happens to stand there: a certificate that
//! somebody removed comes back from the state as long as it is fit, and is only then drift.

use super::goal::{DesiredContent, DesiredHost, DesiredPath, DesiredPathFile};
use super::{Circumstances, entry::Part};
use crate::model::certificate::{CertificateRole, CertificateSpec};
use crate::model::desired::Digest;
use crate::model::ground::Ground;
use crate::model::names::{CertificateName, TargetPath};
use crate::model::observed::{Observed, PathState};
use crate::model::prior::{Prior, PriorPath};
use crate::pki::{CertificateFacts, CertificateFit, facts_of, fit};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// What apply must issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToIssue {
    /// Leaves, by name.
    pub leaves: Vec<CertificateSpec>,
    /// What the CA must say.
    pub ca: Option<CertificateSpec>,
    /// Whether a new CA is made, also where an old one's key is kept.
    pub new_ca: bool,
}

impl ToIssue {
    /// Whether there is nothing to issue.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty() && !self.new_ca
    }
}

/// The bytes of a certificate or key path, decided.
#[derive(Clone, Debug)]
pub(super) enum Decided<'a> {
    /// These bytes, ours from an earlier apply.
    Bytes(Cow<'a, [u8]>),
    /// A part of what apply issues, and why.
    Issue(Part, String),
}

/// All certificate and key paths of a goal, decided.
#[derive(Clone, Debug, Default)]
pub(super) struct Decisions<'a> {
    pub(super) at: BTreeMap<&'a TargetPath, Decided<'a>>,
    pub(super) specs: BTreeMap<&'a TargetPath, &'a CertificateSpec>,
    pub(super) to_issue: ToIssue,
}

/// One certificate of the goal and the paths it stands at.
#[derive(Default)]
struct Desired<'a> {
    spec: Option<&'a CertificateSpec>,
    certificates: Vec<&'a TargetPath>,
    keys: Vec<&'a TargetPath>,
}

/// Certificate and key of a leaf that is kept.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// What the world knows of the goal's certificates.
struct Ours<'a> {
    ground: &'a Ground,
    observed: &'a Observed,
    prior: &'a Prior,
}

pub(super) fn decide<'a>(
    goal: &'a DesiredHost<'a>,
    observed: &'a Observed,
    prior: &'a Prior,
    around: &'a Circumstances,
) -> Decisions<'a> {
    let (ca, leaves) = desired(goal);
    let mut decisions = Decisions::default();
    if leaves.is_empty() && ca.spec.is_none() {
        return decisions;
    }
    let ours = Ours { ground: goal.ground, observed, prior };
    let ca_spec = ca.spec.cloned().or_else(|| default_ca(&leaves));
    let Some(ca_spec) = ca_spec else { return decisions };
    let mut signer = ours.ca(&ca, around);
    let mut renew = signer.as_ref().map_or(Some("new in the stack".to_owned()), |(_, facts)| {
        match fit(&ca_spec, facts, None, around.now) {
            CertificateFit::Keep => None,
            CertificateFit::Replace(reason) => Some(reason),
        }
    });
    let mut verdicts: BTreeMap<&CertificateName, Result<Pair<'a>, String>> = leaves
        .iter()
        .map(|(name, leaf)| (*name, ours.leaf(leaf, signer.as_ref().map(|(_, facts)| facts), around)))
        .collect();
    let stale = verdicts.values().any(Result::is_err);
    if renew.is_none() && stale && !around.ca_key_kept {
        renew = Some("a new leaf needs a new CA: the key of this one was not kept".to_owned());
    }
    if renew.is_some() {
        let replaced = signer.take().is_some();
        for verdict in verdicts.values_mut().filter(|verdict| verdict.is_ok() && replaced) {
            *verdict = Err("its CA is replaced".to_owned());
        }
    }
    for path in &ca.certificates {
        let decided = match (&renew, &signer) {
            (None, Some((pem, _))) => Decided::Bytes(pem.clone()),
            (reason, _) => {
                Decided::Issue(Part::Certificate(ca_spec.name.clone()), reason.clone().unwrap_or_default())
            }
        };
        decisions.at.insert(path, decided);
        decisions.specs.extend(ca.spec.map(|spec| (*path, spec)));
    }
    for (name, leaf) in &leaves {
        if let Some(verdict) = verdicts.remove(name) {
            decisions.leaf(name, leaf, verdict);
        }
    }
    decisions.to_issue.new_ca = renew.is_some();
    decisions.to_issue.ca = Some(ca_spec);
    decisions
}

/// The goal's CA and leaves with their paths.
fn desired<'a>(goal: &'a DesiredHost<'a>) -> (Desired<'a>, BTreeMap<&'a CertificateName, Desired<'a>>) {
    let mut ca = Desired::default();
    let mut leaves: BTreeMap<&CertificateName, Desired<'_>> = BTreeMap::new();
    for (path, wanted) in &goal.wanted {
        let DesiredPath::File(DesiredPathFile { content, .. }) = wanted else { continue };
        match content {
            DesiredContent::Certificate(spec) => {
                let place = match spec.role {
                    CertificateRole::Ca => &mut ca,
                    CertificateRole::Leaf { .. } => leaves.entry(&spec.name).or_default(),
                };
                place.spec = Some(spec);
                place.certificates.push(path);
            }
            DesiredContent::Key(name) => leaves.entry(name).or_default().keys.push(path),
            DesiredContent::Bytes(_) | DesiredContent::Lost(_) => {}
        }
    }
    (ca, leaves)
}

/// A stack whose files name no CA still needs one to sign its leaves.
fn default_ca(leaves: &BTreeMap<&CertificateName, Desired<'_>>) -> Option<CertificateSpec> {
    const DAY: u64 = 24 * 3600;
    let leaf = leaves.values().find_map(|leaf| leaf.spec)?;
    Some(CertificateSpec {
        name: CertificateName::new("ca"),
        organization: leaf.organization.clone(),
        common_name: format!("{} ca", leaf.organization),
        role: CertificateRole::Ca,
        lifetime: Duration::from_secs(3650 * DAY),
        renew_before: Duration::from_secs(3650 * DAY / 3),
        algorithm: leaf.algorithm,
    })
}

impl<'a> Ours<'a> {
    /// What the last apply left at a path: what stands there if it is still that, else the object.
    fn left_at(&self, path: &TargetPath) -> Option<Cow<'a, [u8]>> {
        let Some(PriorPath::File { digest, .. }) = self.prior.entry(path) else { return None };
        match self.observed.standing(path) {
            PathState::File(file) if Digest::of(&file.bytes) == *digest => Some(Cow::Borrowed(&file.bytes)),
            _ => self.prior.object(self.ground, path, *digest).map(Cow::Borrowed),
        }
    }

    /// The same of the first of several paths. What a user could have put into a home is never taken to
    /// other places: where one of the paths is the system's, only such are looked at.
    fn left_at_any(&self, paths: &[&TargetPath]) -> Option<Cow<'a, [u8]>> {
        let is_system = |path: &TargetPath| self.ground.home_of(path).is_none();
        let any_system = paths.iter().any(|path| is_system(path));
        paths.iter().filter(|path| !any_system || is_system(path)).find_map(|path| self.left_at(path))
    }

    fn ca(&self, ca: &Desired<'a>, around: &'a Circumstances) -> Option<(Cow<'a, [u8]>, CertificateFacts)> {
        let pem = match &around.ca_certificate {
            Some(pem) => Cow::Borrowed(pem.as_slice()),
            None => self.left_at_any(&ca.certificates)?,
        };
        let facts = facts_of(&pem)?;
        Some((pem, facts))
    }

    /// Certificate and key of a leaf that is kept, or why it is issued.
    fn leaf(
        &self,
        leaf: &Desired<'a>,
        ca: Option<&CertificateFacts>,
        around: &Circumstances,
    ) -> Result<Pair<'a>, String> {
        let fresh = || "new in the stack".to_owned();
        let certificate = self.left_at_any(&leaf.certificates).ok_or_else(fresh)?;
        let key = match leaf.keys.is_empty() {
            true => Cow::Borrowed(&[][..]),
            false => self.left_at_any(&leaf.keys).ok_or_else(fresh)?,
        };
        let facts = facts_of(&certificate).ok_or("it cannot be read")?;
        let Some(spec) = leaf.spec else { return Ok((certificate, key)) };
        match fit(spec, &facts, ca, around.now) {
            CertificateFit::Keep => Ok((certificate, key)),
            CertificateFit::Replace(reason) => Err(reason),
        }
    }
}

impl<'a> Decisions<'a> {
    fn leaf(&mut self, name: &CertificateName, leaf: &Desired<'a>, verdict: Result<Pair<'a>, String>) {
        match verdict {
            Ok((certificate, key)) => {
                for path in &leaf.certificates {
                    self.at.insert(path, Decided::Bytes(certificate.clone()));
                }
                for path in &leaf.keys {
                    self.at.insert(path, Decided::Bytes(key.clone()));
                }
            }
            Err(reason) => {
                for path in &leaf.certificates {
                    let part = Part::Certificate(name.clone());
                    self.at.insert(path, Decided::Issue(part, reason.clone()));
                }
                for path in &leaf.keys {
                    self.at.insert(path, Decided::Issue(Part::Key(name.clone()), reason.clone()));
                }
                self.to_issue.leaves.extend(leaf.spec.cloned());
            }
        }
        self.specs.extend(
            leaf.spec
                .iter()
                .flat_map(|spec| leaf.certificates.iter().map(|path| (*path, *spec)).collect::<Vec<_>>()),
        );
    }
}
