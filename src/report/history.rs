//! The generations of a stack as a table.

use super::document::{HistoryDocument, ToldGeneration};

/// One line a generation, the newest first; it is what is remembered.
pub fn text(history: &HistoryDocument) -> String {
    if history.generations.is_empty() {
        return format!("No generation of `{}`: nothing was applied here yet.\n", history.stack);
    }
    let head =
        format!("{:>4}  {:<20}  {:<12}  {:<16}  {:>5}  desired\n", "gen", "time", "user", "verb", "paths");
    head + &history.generations.iter().rev().map(row).collect::<String>()
}

fn row(generation: &ToldGeneration) -> String {
    let number = generation.generation;
    let (Some(time), Some(user), Some(verb), Some(digest)) =
        (&generation.time, &generation.user, &generation.verb, &generation.desired)
    else {
        return format!("{number:>4}  what stood there before the first apply\n");
    };
    let newest = if generation.newest { "*" } else { " " };
    let digest: String = digest.trim_start_matches("sha256:").chars().take(16).collect();
    format!("{newest}{number:>3}  {time:<20}  {user:<12}  {verb:<16}  {:>5}  {digest}\n", generation.paths)
}
