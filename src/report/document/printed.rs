//! How a document is printed.

use crate::text::json_safe;
use serde::Serialize;

/// Indented, and nothing in it that a terminal would obey.
pub fn printed(document: &impl Serialize) -> String {
    let value = serde_json::to_value(document).expect("a document is made of texts, numbers and lists");
    json_safe(&format!("{value:#}\n")).into_owned()
}
