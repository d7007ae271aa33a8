//! What a user puts into their own home, with the rights of that user alone.

use super::super::{Host, Who};
use serde_json::{Value, json};
use tracewright::model::desired::Digest;

/// The user's part of the state.
pub const STATE: &str = "/home/pde/.local/state/tracewright/shop";

pub struct Home<'h>(pub &'h Host);

impl Home<'_> {
    /// A command of the user, which must work.
    pub fn run(&self, script: &str) -> String {
        let ran = self.0.run(Who::Pde, script);
        assert_eq!(ran.code, Some(0), "{script}: {}", ran.text);
        ran.text
    }

    /// Puts a file there, with what is above it.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        let octal: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        self.run(&format!("mkdir -p $(dirname {path}); printf '{octal}' > {path}"));
    }

    /// The newest manifest of the user's part.
    pub fn manifest(&self) -> Value {
        serde_json::from_str(&self.run(&format!("cat {STATE}/generations/2.json"))).unwrap()
    }

    /// Puts another manifest in its place.
    pub fn forge(&self, change: impl FnOnce(&mut Value)) {
        let mut manifest = self.manifest();
        change(&mut manifest);
        self.put(&format!("{STATE}/generations/2.json"), manifest.to_string().as_bytes());
    }

    /// Keeps an object, and says its digest.
    pub fn object(&self, bytes: &[u8]) -> String {
        let digest = Digest::of(bytes).to_string();
        self.put(&format!("{STATE}/objects/{digest}"), bytes);
        digest
    }

    /// A journal of a run that announced all of its steps.
    pub fn journal(&self, generation: u64, steps: &[Value]) {
        let author = json!({"time": "2026-01-01T00:00:00Z", "user": "root", "verb": "apply"});
        let begin = json!({"version": 1, "reads": "0.1.0", "generation": generation, "author": author, "steps": steps});
        let records = [begin, json!({"doing": steps.len() - 1})];
        let journal: String = records.iter().map(|record| framed(&record.to_string())).collect();
        self.put(&format!("{STATE}/journal"), journal.as_bytes());
    }

    /// The digest of a file that everybody may read.
    pub fn digest(&self, path: &str) -> String {
        self.run(&format!("sha256sum {path} | cut -c 1-64")).trim().to_owned()
    }
}

/// A record with its length and checksum, which are no secret.
pub fn framed(json: &str) -> String {
    let sum = Digest::of(json.as_bytes()).to_string();
    format!("{:08x} {} {json}\n", json.len(), &sum[..8])
}

/// The identity of a file.
pub fn file(digest: &str, mode: &str) -> Value {
    json!({"kind": "file", "digest": digest, "mode": mode})
}
