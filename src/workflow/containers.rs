//! Applications of the stack that run in containers: what each has around it, for whoever reads its file.

use crate::component::app;
use crate::diagnostic::{Mark, SourceName};
use crate::format::compose::Inside;
use crate::model::names::TargetPath;
use crate::report::document::ManifestContainer;
use crate::topology::Guest;
use crate::wiring::Wiring;
use std::collections::BTreeMap;

/// All of a stack, by the files that they are told by.
pub(crate) fn of(wiring: &Wiring<'_>) -> BTreeMap<String, ManifestContainer> {
    let mut all = BTreeMap::new();
    for app in wiring.stack.apps.values() {
        let place = &wiring.clients[&app::id(&app.name)];
        let (Some(file), Some(container)) = (&place.file, &app.container) else { continue };
        let container = ManifestContainer {
            name: app.name.to_string(),
            host_address: container.host_address.clone(),
            certificates: place.certificates.to_string(),
            mounted: place.certificates_seen.to_string(),
        };
        all.insert(file.to_string(), container);
    }
    all
}

/// The same for the reader of files.
pub(crate) fn guests(all: &BTreeMap<String, ManifestContainer>) -> BTreeMap<TargetPath, Guest> {
    let guest = |(file, container): (&String, &ManifestContainer)| {
        let at = Mark { source: SourceName(file.clone()), span: 0..0 };
        let path = |text: &String| TargetPath::new(text.as_str());
        let guest = Guest {
            name: container.name.clone(),
            host_address: container.host_address.to_lowercase(),
            inside: Inside::mounted(&path(&container.mounted), &path(&container.certificates), at),
        };
        (path(file), guest)
    };
    all.iter().map(guest).collect()
}
