//! What a user's process answers to root: believed only where it is an answer to what was asked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tracewright::host::believed;
use tracewright::model::names::{HostName, Scope, TargetPath, UserName};
use tracewright::model::observed::{Inventory, PathState};

fuzz_target!(|data: &[u8]| {
    let scope = Scope::User(UserName::new("pde"));
    let asked =
        [TargetPath::new("/home/pde/.config/otelcol/config.yaml"), TargetPath::new("/home/pde/ag/.env")];
    let inventory = Inventory::of(asked.clone());
    // Half of the inputs are the words of a frame alone: its two lengths are hard to guess.
    let wire = match data.split_first() {
        Some((0..128, words)) => {
            let cut = words.iter().position(|byte| *byte == 0).unwrap_or(words.len());
            let bytes = words.get(cut + 1..).unwrap_or_default();
            let length = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes();
            [&length(&words[..cut]), &length(bytes), &words[..cut], bytes].concat()
        }
        _ => data.to_vec(),
    };
    let Ok(observed) = believed(&inventory, &scope, &HostName::this(), &wire) else { return };
    for path in &asked {
        if let PathState::Link { to } = observed.standing(path) {
            assert!(!to.is_empty() && to.len() <= 4096 && !to.contains('\0'));
        }
    }
});
