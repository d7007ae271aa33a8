//! Users who are in the way of root.

use crate::model::names::UserName;
use clap::Args;

#[derive(Clone, Debug, Default, Args)]
pub struct LeaveOutArgument {
    /// As root, leave this user's part of the stack as it is: it is not looked at, locked or changed
    #[arg(long, value_name = "USER")]
    pub leave_out: Vec<String>,
}

impl LeaveOutArgument {
    /// The users.
    pub fn names(&self) -> Vec<UserName> {
        self.leave_out.iter().map(|name| UserName::new(name.as_str())).collect()
    }
}
