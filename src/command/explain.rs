//! `explain`: a finding's page, a table or a key of the language, or what an application's settings come to.

use crate::cli::ExplainArguments;
use crate::diagnostic::{Code, Finding, pages};
use crate::exit::Exit;
use crate::model::names::ComponentName;
use crate::stack::App;
use crate::text::nearest;
use crate::toml::reference::{Topic, tables, topic, topics};
use crate::workflow::application::application;
use crate::workflow::judge::judge;
use crate::workflow::load::{Loaded, load};
use crate::workflow::origin;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &ExplainArguments) -> Result<Exit, Stop> {
    let Some(asked) = &arguments.topic else {
        session.print(&all());
        return Ok(Exit::Fine);
    };
    if let Some(place) = origin::file_and_line(asked) {
        let loaded = load(&arguments.stack.stack)?;
        let judged = judge(session, &loaded, &HostFiles::default())?;
        let text = origin::of_line((&loaded, &judged), place, session.page())?;
        session.print(&text);
        return Ok(Exit::Fine);
    }
    if let Some(name) = application_name(asked) {
        let loaded = load(&arguments.stack.stack)?;
        let judged = judge(session, &loaded, &HostFiles::default())?;
        let app = find(&loaded, name)?;
        session.print(&application(&judged.wiring, app));
        return Ok(Exit::Fine);
    }
    let here = in_stack(session, arguments, asked);
    match (pages::explain(asked), topic(asked)) {
        (Some(page), _) => session.print(page),
        (None, Topic::Page(page)) => session.print(&page),
        (None, Topic::Unknown(_)) if here.is_some() => {}
        (None, Topic::Unknown(meant)) => return Err(unknown(asked, meant)),
    }
    if let Some(text) = here {
        session.print(&text);
    }
    Ok(Exit::Fine)
}

/// What follows from a key in the stack that is named, or in that of this directory; `None` without one.
fn in_stack(session: &Session, arguments: &ExplainArguments, key: &str) -> Option<String> {
    if pages::explain(key).is_some() {
        return None;
    }
    let loaded = load(&arguments.stack.stack).ok()?;
    origin::of_key(&loaded, key, session.page()).map(|text| format!("\n{text}"))
}

/// The `shop` of `app.shop`. In capitals, as the reference has it, it names none.
fn application_name(asked: &str) -> Option<&str> {
    let name = asked.strip_prefix("app.")?;
    (!name.contains('.') && name != "NAME").then_some(name)
}

/// A topic that there is not, with what was meant.
fn unknown(asked: &str, meant: Vec<String>) -> Stop {
    let finding = Finding::error(Code("topic-unknown"), format!("there is no topic `{asked}`"));
    let code = nearest(asked, pages::CODES.iter().copied()).map(str::to_owned);
    let paths = topics();
    let near = code.into_iter().chain(meant).next();
    let near = near.or_else(|| nearest(asked, paths.iter().map(String::as_str)).map(str::to_owned));
    let finding = match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding
            .help("a code as findings show it in brackets, a key such as `tempo.retention`, or `app.NAME`"),
    };
    finding.help("`tracewright explain` lists all topics").into()
}

/// Every topic there is.
fn all() -> String {
    let (proofs, findings): (Vec<&str>, Vec<&str>) =
        pages::CODES.iter().partition(|code| code.starts_with("proof-"));
    let tables = tables();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    format!(
        "Tables of stack.toml; a key by its path, such as `explain tempo.retention`:\n{}\n\
         What an application's settings come to: `explain app.NAME`, with the name of one of the stack.\n\n\
         Codes of findings:\n{}\nCodes of proofs that fail:\n{}",
        columns(&tables),
        columns(&findings),
        columns(&proofs)
    )
}

/// Words in lines.
fn columns(words: &[&str]) -> String {
    const WIDTH: usize = 98;
    let mut lines = vec![String::new()];
    for word in words {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.len() + 2 + word.len() > WIDTH {
            lines.push((*word).to_owned());
        } else {
            last.push_str(if last.is_empty() { "" } else { "  " });
            last.push_str(word);
        }
    }
    lines.iter().map(|line| format!("  {line}\n")).collect()
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
