//! `explain`: a finding's page, or what an application's settings come to.

use crate::cli::ExplainArguments;
use crate::diagnostic::{Code, Finding, pages};
use crate::exit::Exit;
use crate::format::keys::nearest;
use crate::model::names::ComponentName;
use crate::stack::App;
use crate::workflow::application::application;
use crate::workflow::judge::judge;
use crate::workflow::load::{Loaded, load};
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &ExplainArguments) -> Result<Exit, Stop> {
    let Some(app) = arguments.topic.strip_prefix("app.") else {
        return page(session, &arguments.topic);
    };
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &HostFiles::default())?;
    let app = find(&loaded, app)?;
    session.print(&application(&judged.wiring, app));
    Ok(Exit::Fine)
}

fn page(session: &mut Session, code: &str) -> Result<Exit, Stop> {
    let Some(page) = pages::explain(code) else {
        let finding = Finding::error(Code("topic-unknown"), format!("there is no code `{code}`"));
        let near = nearest(code, pages::CODES.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "a code as findings show it in brackets, or `app.NAME`".to_owned());
        return Err(finding.help(help).into());
    };
    session.print(page);
    Ok(Exit::Fine)
}

fn find<'a>(loaded: &'a Loaded, name: &str) -> Result<&'a App, Stop> {
    loaded.stack.apps.get(&ComponentName::new(name)).ok_or_else(|| {
        let known: Vec<_> = loaded.stack.apps.keys().map(|app| format!("`app.{app}`")).collect();
        let finding = Finding::error(Code("topic-unknown"), format!("the stack has no application `{name}`"));
        let help =
            if known.is_empty() { "it has none; add `[app.NAME]`".to_owned() } else { known.join(", ") };
        finding.help(help).into()
    })
}
