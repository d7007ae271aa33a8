//! Wiring -> desired files, through strict templates that print decisions and take none.
//!
//! Templates are embedded; one that a stack does not use is never parsed. YAML templates quote every
//! value as JSON does, which is valid YAML; values of environment files and units are escaped by
//! their own `describe` before they get here. Called by the shared prefix of all verbs.

mod assemble;

use crate::component::templates;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::desired::Desired;
use crate::wiring::Wiring;
use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior};
use std::sync::LazyLock;

/// The templates, each parsed once, as it is first used.
#[derive(Debug)]
pub struct Templates(Environment<'static>);

impl Templates {
    /// The templates that come with the product.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Templates> = LazyLock::new(|| {
            let mut environment = Environment::new();
            environment.set_undefined_behavior(UndefinedBehavior::Strict);
            environment.set_loader(|name| {
                let found = templates().find(|(known, _)| *known == name);
                Ok(found.map(|(_, text)| (*text).to_owned()))
            });
            Templates(environment)
        });
        &EMBEDDED
    }

    /// The text a template makes of a context, with its last newline.
    fn fill(&self, name: &str, context: impl Into<Value>) -> Result<String, Findings> {
        let filled = self.0.get_template(name).and_then(|template| template.render(context.into()));
        filled.map(|text| text + "\n").map_err(|error| {
            Finding::error(Code("template"), format!("template `{name}` cannot be filled: {error:#}")).into()
        })
    }
}

/// Everything the stack wants on its hosts.
///
/// # Errors
/// Values that no form of their file can hold (`value-unwritable`), and faults of a template.
pub fn render(wiring: &Wiring<'_>, templates: &Templates) -> Result<Desired, Findings> {
    assemble::desired(wiring, templates)
}

#[cfg(test)]
mod tests {
    use crate::component::templates;
    use std::collections::BTreeSet;

    #[test]
    fn every_template_of_the_directory_is_embedded_and_no_other() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let files = walkdir::WalkDir::new(&directory).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let files: BTreeSet<_> = files
            .map(|entry| entry.path().strip_prefix(&directory).unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(files, templates().map(|(name, _)| (*name).to_owned()).collect());
    }
}
