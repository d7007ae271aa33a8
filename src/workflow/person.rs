//! A shipped stack made somebody's own: named after its directory, with the user and the home of whoever
//! asks for it. The stacks are written for a user `pde`; root's stay so, since root runs no application.

use crate::host::LiveHost;
use crate::model::names::HostName;
use std::path::Path;

/// Whom the shipped stacks are written for.
const EXAMPLE: &str = "pde";
/// Where their applications have their environment files.
const EXAMPLE_FILES: [&str; 2] = ["/srv/shop/.env", "/home/pde/ag/.env"];

/// What of a stack follows from who asks for it, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackOwner {
    /// A name for the stack, where the directory has one that a stack can have.
    name: Option<String>,
    /// User and home; nobody for root.
    user: Option<(String, String)>,
    /// The directory, as it is written in a stack.
    directory: Option<String>,
}

impl StackOwner {
    /// Whoever runs this, in a directory that is there.
    pub(crate) fn of_this_run(directory: &Path) -> Self {
        let whole = directory.canonicalize().ok();
        let name = whole.as_ref().and_then(|path| path.file_name()?.to_str().and_then(stack_name));
        let host = LiveHost::this(HostName::new("this")).ok().filter(|host| !host.is_root());
        let user = host.map(|host| (host.user().to_string(), host.home().to_string()));
        let user = user.filter(|(name, home)| can_stand(name) && can_stand(home) && home != "/");
        let directory =
            whole.and_then(|path| path.to_str().map(str::to_owned)).filter(|text| can_stand(text));
        Self { name, user, directory }
    }
}

/// Whether a text stands in a string of TOML as it is, and names somebody or something.
fn can_stand(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "/._- +@".contains(letter);
    !text.is_empty() && text.chars().all(plain) && !text.starts_with(|first: char| first.is_ascii_digit())
}

/// A directory's name as the name of a stack: small letters, digits and `-`.
fn stack_name(directory: &str) -> Option<String> {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let name: String = directory.chars().map(letter).collect();
    let name: String =
        name.trim_matches(|first: char| !first.is_ascii_lowercase()).chars().take(32).collect();
    let name = name.trim_end_matches('-');
    // Words that the language keeps for itself.
    (!name.is_empty() && !["all", "this"].contains(&name)).then(|| name.to_owned())
}

/// The text of a shipped stack for a person.
pub(crate) fn personal(text: &str, person: &StackOwner) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if let (Some(name), Some((key, _))) = (&person.name, line.split_once("= \""))
            && key.trim() == "name"
        {
            *line = format!("{key}= \"{name}\"");
        }
        let Some((user, home)) = &person.user else { continue };
        let usual = *home == format!("/home/{user}");
        let home_key = if usual || !line.contains("scope = \"user\"") {
            String::new()
        } else {
            format!(", home = \"{home}\"")
        };
        *line = line.replace(&format!("user = \"{EXAMPLE}\""), &format!("user = \"{user}\"{home_key}"));
        let own = person.directory.as_ref().filter(|directory| directory.starts_with(&format!("{home}/")));
        let directory = own.cloned().unwrap_or_else(|| format!("{home}/shop"));
        for file in EXAMPLE_FILES {
            *line = line.replace(&format!("\"{file}\""), &format!("\"{directory}/.env\""));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "name   = \"minimal\"\n[app.shop]\nenv_file = \"/srv/shop/.env\"\nservice = { scope = \"user\", user = \"pde\" }\n";

    fn ann(home: &str, directory: &str) -> StackOwner {
        let name = stack_name(directory.rsplit('/').next().unwrap_or_default());
        StackOwner {
            name,
            user: Some(("ann".to_owned(), home.to_owned())),
            directory: Some(directory.to_owned()),
        }
    }

    #[test]
    fn a_stack_is_its_owners() {
        let own = personal(STACK, &ann("/home/ann", "/home/ann/My Shop"));
        assert_eq!(
            own,
            "name   = \"my-shop\"\n[app.shop]\nenv_file = \"/home/ann/My Shop/.env\"\nservice = { scope = \"user\", user = \"ann\" }\n"
        );
        let elsewhere = personal(STACK, &ann("/data/ann", "/tmp/7"));
        assert!(elsewhere.contains("\"/data/ann/shop/.env\""), "{elsewhere}");
        assert!(elsewhere.contains("user = \"ann\", home = \"/data/ann\""), "{elsewhere}");
        assert!(elsewhere.starts_with("name   = \"minimal\""), "{elsewhere}");
    }

    #[test]
    fn roots_stack_is_named_after_its_directory_alone() {
        let person = StackOwner { name: Some("box".to_owned()), ..StackOwner::default() };
        assert_eq!(personal(STACK, &person), STACK.replace("minimal", "box"));
    }
}
