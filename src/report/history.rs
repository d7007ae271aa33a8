//! The generations of a stack, as a table and as JSON.

use crate::apply::Generation;
use crate::model::names::StackName;
use serde_json::json;

/// Version of the JSON that this module prints. The minor number only ever adds.
pub const FORMAT_VERSION: &str = "1.0";

/// One line a generation, the newest first; it is what is remembered.
pub fn text(stack: &StackName, generations: &[Generation]) -> String {
    if generations.is_empty() {
        return format!("No generation of `{stack}`: nothing was applied here yet.\n");
    }
    let mut text =
        format!("{:>4}  {:<20}  {:<12}  {:<16}  {:>5}  desired\n", "gen", "time", "user", "verb", "paths");
    for (index, generation) in generations.iter().rev().enumerate() {
        let author = &generation.author;
        let newest = if index == 0 { "*" } else { " " };
        let digest: String = generation.digest.trim_start_matches("sha256:").chars().take(16).collect();
        text.push_str(&format!(
            "{newest}{:>3}  {:<20}  {:<12}  {:<16}  {:>5}  {digest}\n",
            generation.number.to_string(),
            author.time,
            author.user,
            author.verb,
            generation.paths,
        ));
    }
    text.push_str("   0  what stood there before the first apply\n");
    text
}

/// The same as one JSON document, oldest first.
pub fn json(stack: &StackName, generations: &[Generation]) -> String {
    let rows = generations.iter().map(|generation| {
        json!({
            "generation": generation.number.0,
            "time": generation.author.time,
            "user": generation.author.user,
            "verb": generation.author.verb,
            "desired": generation.digest,
            "paths": generation.paths,
        })
    });
    let document = json!({
        "format_version": FORMAT_VERSION,
        "stack": stack.as_str(),
        "generations": rows.collect::<Vec<_>>(),
    });
    super::json_text(&document)
}
