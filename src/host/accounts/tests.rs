use super::*;
use crate::model::names::{Owner, UnitName};
use crate::model::units::UnitId;

const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/bash
tempo:x:998:998::/var/tempo:/sbin/nologin
pde:x:1000:1000:A Person,,,:/home/pde/:/bin/bash
pde:x:1009:1009::/home/other:/bin/bash
inner:x:1001:100::/home/pde/inner:/bin/sh
rootless:x:1002:1002::/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
way-out:x:1003:1003::/home/../etc:/bin/sh
no-number:x:one:1::/home/no:/bin/sh
unchanged:x:4294967295:4294967295::/home/un:/bin/sh
+nis
";
const GROUP: &str = "root:x:0:\nwww-data:x:33:pde,tempo\nadm:x:4:pde\npde:x:1000:\nbroken\n";

fn user(accounts: &Accounts, name: &str) -> Option<Person> {
    accounts.user(&UserName::new(name)).unwrap()
}

#[test]
fn a_user_has_the_groups_that_name_them() {
    let accounts = Accounts::of(PASSWD, GROUP);
    let wanted = Person {
        name: UserName::new("pde"),
        uid: 1000,
        gid: 1000,
        home: TargetPath::new("/home/pde"),
        groups: vec![4, 33, 1000],
    };
    assert_eq!(user(&accounts, "pde"), Some(wanted.clone()));
    assert_eq!(accounts.user_of(1000).unwrap(), Some(wanted));
    assert_eq!(accounts.user_of(77).unwrap(), None);
    assert_eq!(accounts.group(&GroupName::new("www-data")).unwrap(), Some(33));
    assert_eq!(accounts.group(&GroupName::new("broken")).unwrap(), None);
}

#[test]
fn a_line_that_is_none_is_passed_over() {
    let accounts = Accounts::of(PASSWD, GROUP);
    for name in ["way-out", "no-number", "unchanged", "+nis", "nis", "absent"] {
        assert_eq!(user(&accounts, name), None, "{name}");
    }
}

#[test]
fn a_path_belongs_to_the_person_with_the_nearest_home() {
    let accounts = Accounts::of(PASSWD, GROUP);
    let at = |path| accounts.human_at(&TargetPath::new(path)).map(|person| person.name.to_string());
    assert_eq!(at("/home/pde/.config/a"), Some("pde".to_owned()));
    assert_eq!(at("/home/pde"), Some("pde".to_owned()));
    assert_eq!(at("/home/pde/inner/a"), Some("inner".to_owned()));
    assert_eq!(at("/home/pde2/a"), None);
    assert_eq!(at("/var/tempo/a"), None, "a system user is no person");
    assert_eq!(at("/etc/a"), None, "a home that is everything is none");
    assert_eq!(at("/nonexistent/a"), None);
}

#[test]
fn owners_and_users_of_units_are_observed() {
    let accounts = Accounts::of(PASSWD, GROUP);
    let unit = |user| UnitId { scope: Scope::User(UserName::new(user)), name: UnitName::new("a.service") };
    let inventory = Inventory {
        owners: [Owner::of("tempo", "adm"), Owner::of("ghost", "ghosts")].into(),
        units: [unit("pde"), unit("spirit")].into(),
        ..Inventory::default()
    };
    let mut machine = Machine::default();
    accounts.observe(&inventory, &mut machine).unwrap();
    let users: Vec<_> = machine.users.iter().map(|(name, user)| (name.as_str(), user.uid)).collect();
    let groups: Vec<_> = machine.groups.iter().map(|(name, gid)| (name.as_str(), *gid)).collect();
    assert_eq!(users, [("pde", 1000), ("tempo", 998)]);
    assert_eq!(groups, [("adm", 4)]);
}

#[test]
fn this_machine_has_a_root() {
    let accounts = Accounts::of_this_machine().unwrap();
    assert_eq!(accounts.user_of(0).unwrap().map(|person| person.uid), Some(0));
    assert_eq!(user(&accounts, "no-such-user-here"), None);
}
