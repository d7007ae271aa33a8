//! Users, groups, homes, and the managers of the users.

use super::Runner;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::ground::Ground;
use crate::model::names::{Scope, UserName};
use crate::model::units::{Account, Machine, Manager};
use std::collections::BTreeSet;

/// Each user, group and scope is told of once, at the first component that has it.
pub(super) fn find(runners: &[Runner<'_>], machine: &Machine, ground: &Ground, findings: &mut Findings) {
    let (mut users, mut groups, mut scopes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for runner in runners {
        if runner.user.is_some_and(|user| users.insert(user)) {
            findings.extend(user(runner, machine).into_iter().collect());
        }
        if runner.group.is_some_and(|group| groups.insert(group)) {
            findings.extend(group(runner, machine).into_iter().collect());
        }
        if let Some((user, account)) = runner.scope_account(machine) {
            findings.extend(home(runner, user, account).into_iter().collect());
        }
        if scopes.insert(runner.scope) {
            findings.extend(manager(runner, machine, ground).into_iter().collect());
        }
    }
}

/// root is everywhere, and nobody asks for it.
fn user(runner: &Runner<'_>, machine: &Machine) -> Option<Finding> {
    let user = runner.user.filter(|user| user.as_str() != "root" && !machine.users.contains_key(user))?;
    let finding = Finding::error(Code("user-missing"), format!("there is no user `{user}`"));
    let finding = finding.at(runner.at("user"), format!("`{}` needs it", runner.id));
    Some(match (runner.scope, runner.shape) {
        (Scope::User(_), _) => finding.help(format!("useradd --create-home {user}")),
        (Scope::System, Some(_)) => finding
            .help("install its package, which makes it")
            .help(format!("useradd --system --user-group --shell /usr/sbin/nologin {user}")),
        (Scope::System, None) => finding.help(format!("another `user` in `{}`", runner.key)),
    })
}

/// Of a user scope the group is whatever the user's own is called.
fn group(runner: &Runner<'_>, machine: &Machine) -> Option<Finding> {
    let group =
        runner.group.filter(|group| group.as_str() != "root" && !machine.groups.contains_key(group))?;
    // Without the user there is more to do than that, and it has been said.
    let user = runner.user.filter(|user| machine.users.contains_key(user))?;
    if *runner.scope != Scope::System {
        return None;
    }
    let finding = Finding::error(Code("group-missing"), format!("there is no group `{group}`"));
    let finding = finding.at(runner.at("group"), format!("`{}` needs it", runner.id));
    Some(
        finding
            // A user whom a package made may have no group of the same name.
            .help(format!("groupadd --system {group} && usermod --append --groups {group} {user}"))
            .help(format!("another `group` in `{}`", runner.key)),
    )
}

fn home(runner: &Runner<'_>, user: &UserName, account: &Account) -> Option<Finding> {
    let (wanted, home) = (runner.home, &account.home);
    (wanted != home).then(|| {
        Finding::error(Code("home-differs"), format!("the home of `{user}` is `{home}`"))
            .at(runner.at("home"), format!("`{}` has its files below `{wanted}`", runner.id))
            .help(format!("service.home = \"{home}\""))
    })
}

/// A manager that root will start by letting the user linger is not missed.
fn manager(runner: &Runner<'_>, machine: &Machine, ground: &Ground) -> Option<Finding> {
    let account = runner.scope_account(machine);
    if let Some((user, _)) = account.filter(|(_, account)| !account.lingers) {
        return Some(linger(runner, user, ground));
    }
    let whose = match runner.scope {
        Scope::System => "the service manager of the system".to_owned(),
        Scope::User(user) => format!("the service manager of `{user}`"),
    };
    match machine.managers.get(runner.scope)? {
        Manager::Running => None,
        Manager::Silent(said) => Some(
            Finding::error(Code("manager-silent"), format!("{whose} does not answer"))
                .at(runner.at("scope"), said.clone())
                .help(match account.filter(|_| ground.is_machine()) {
                    Some((_, account)) => format!("systemctl status user@{}.service", account.uid),
                    None => format!("{} status", runner.systemctl()),
                }),
        ),
        Manager::Absent => {
            let finding = Finding::error(Code("manager-absent"), format!("{whose} does not run"))
                .at(runner.at("scope"), format!("`{}` is its service", runner.id));
            match account {
                Some((_, account)) => {
                    Some(finding.help(format!("systemctl start user@{}.service", account.uid)))
                }
                // Nothing to be asked of a user that does not exist.
                None if *runner.scope != Scope::System => None,
                None => Some(finding.help("`--root DIR` writes the files and starts nothing")),
            }
        }
    }
}

fn linger(runner: &Runner<'_>, user: &UserName, ground: &Ground) -> Finding {
    let (code, title) =
        (Code("linger-missing"), format!("the services of `{user}` run only while `{user}` is logged in"));
    let help = format!("loginctl enable-linger {user}");
    if ground.is_machine() {
        let finding = Finding::warning(code, title).at(runner.at("scope"), "");
        finding.help(help + ", which apply does by itself")
    } else {
        Finding::error(code, title).at(runner.at("scope"), "").help(help)
    }
}
