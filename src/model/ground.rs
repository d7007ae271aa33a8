//! Whose part of a stack is planned, and where the state of each part is kept.
//!
//! Root keeps the system's part in `/var/lib/tracewright/STACK` and each user's part in that user's
//! own home, so that the user may apply it too and neither sees the other's work as drift.

use crate::model::names::{Scope, StackName, TargetPath, UserName};
use std::collections::BTreeMap;

/// What of a stack is at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    /// A directory that stands for a host: everything of the stack, and nothing runs.
    Directory,
    /// The machine, as root: everything.
    Machine,
    /// The machine, as this user: what is the user's own.
    Own(UserName),
}

/// The ground that a verb stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    reach: Reach,
    state: TargetPath,
    /// The users of whose parts root takes care, by their homes.
    users: BTreeMap<TargetPath, UserName>,
    /// The users whose parts are left out of this run, by their homes.
    left_out: BTreeMap<TargetPath, UserName>,
    stack: StackName,
}

/// The directory of a user's part of the state. `XDG_STATE_HOME` is not asked: root, who must find the
/// same directory, does not know it.
fn in_home(home: &TargetPath, stack: &StackName) -> TargetPath {
    home.join(&format!(".local/state/tracewright/{stack}"))
}

fn of_system(stack: &StackName) -> TargetPath {
    TargetPath::new(format!("/var/lib/tracewright/{stack}"))
}

impl Ground {
    /// A directory that stands for a host.
    pub fn below_root(stack: &StackName) -> Self {
        Self::with(Reach::Directory, of_system(stack), stack)
    }

    /// The machine, as root, with the homes of the users whose parts root takes care of.
    pub fn machine(stack: &StackName, users: BTreeMap<TargetPath, UserName>) -> Self {
        Self { users, ..Self::with(Reach::Machine, of_system(stack), stack) }
    }

    /// The same without the parts of some users: nothing of theirs is looked at, changed, or waited for.
    pub fn leaving_out(mut self, names: &[UserName]) -> Self {
        let users = std::mem::take(&mut self.users);
        (self.left_out, self.users) = users.into_iter().partition(|(_, user)| names.contains(user));
        self
    }

    /// The machine, as a user.
    pub fn own(stack: &StackName, user: UserName, home: &TargetPath) -> Self {
        let state = in_home(home, stack);
        Self::with(Reach::Own(user), state, stack)
    }

    fn with(reach: Reach, state: TargetPath, stack: &StackName) -> Self {
        Self { reach, state, users: BTreeMap::new(), left_out: BTreeMap::new(), stack: stack.clone() }
    }

    /// The users whose parts are left out.
    pub fn left_out(&self) -> impl Iterator<Item = &UserName> {
        self.left_out.values()
    }

    /// Whether a path is of a part that is left out.
    pub fn leaves_out(&self, path: &TargetPath) -> bool {
        self.left_out.keys().any(|home| path.is_within(home))
    }

    /// Where whoever runs the tool keeps the state.
    pub fn state(&self) -> &TargetPath {
        &self.state
    }

    /// Where the state is that remembers a path.
    pub fn state_of(&self, path: &TargetPath) -> TargetPath {
        self.home_of(path).map_or_else(|| self.state.clone(), |home| in_home(home, &self.stack))
    }

    /// Where the state is that remembers a unit.
    pub fn state_of_scope(&self, scope: &Scope) -> TargetPath {
        let home = match scope {
            Scope::System => None,
            Scope::User(user) => self.users.iter().find(|(_, one)| *one == user).map(|(home, _)| home),
        };
        home.map_or_else(|| self.state.clone(), |home| in_home(home, &self.stack))
    }

    /// The directories of the users' parts of the state.
    pub fn parts(&self) -> impl Iterator<Item = TargetPath> {
        self.users.keys().map(|home| in_home(home, &self.stack))
    }

    /// The part of each user: whose it is, that user's home, and its directory of the state.
    pub fn words(&self) -> impl Iterator<Item = (&UserName, &TargetPath, TargetPath)> {
        self.users.iter().map(|(home, user)| (user, home, in_home(home, &self.stack)))
    }

    /// The home of a user who has a part, in which a path lies.
    pub fn home_of(&self, path: &TargetPath) -> Option<&TargetPath> {
        self.users.keys().find(|home| path.is_within(home))
    }

    /// The stack.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// As root, the ground of each user who has a part.
    pub fn alone(&self) -> impl Iterator<Item = (&UserName, &TargetPath, Self)> {
        self.users.iter().map(|(home, user)| (user, home, Self::own(&self.stack, user.clone(), home)))
    }

    /// The users of whose parts root takes care, by their homes, those that are left out of this run too.
    pub fn users(&self) -> BTreeMap<TargetPath, UserName> {
        self.users.iter().chain(&self.left_out).map(|(home, user)| (home.clone(), user.clone())).collect()
    }

    /// Whether a path has an owner that is root's to choose.
    pub fn sets_owner(&self, path: &TargetPath) -> bool {
        self.reach == Reach::Machine && self.home_of(path).is_none()
    }

    /// Whether a scope is at hand.
    pub fn covers(&self, scope: &Scope) -> bool {
        match &self.reach {
            Reach::Directory => true,
            Reach::Machine => {
                !matches!(scope, Scope::User(user) if self.left_out.values().any(|one| one == user))
            }
            Reach::Own(user) => matches!(scope, Scope::User(one) if one == user),
        }
    }

    /// Whether the whole of a stack is at hand.
    pub fn is_everything(&self) -> bool {
        matches!(self.reach, Reach::Directory | Reach::Machine)
    }

    /// Whether services run on it.
    pub fn runs_services(&self) -> bool {
        self.reach != Reach::Directory
    }

    /// Whether it is the machine, as root.
    pub fn is_machine(&self) -> bool {
        self.reach == Reach::Machine
    }

    /// Whether a path is the state's own, or on the way to it.
    pub fn is_above_state(&self, path: &TargetPath) -> bool {
        self.state.is_within(path) || self.parts().any(|part| part.is_within(path))
    }
}
