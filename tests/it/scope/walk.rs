//! Which directories and links of a live machine are gone through.

use super::lab::{Lab, PERSON, SERVICE, lab};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tracewright::host::{Host, LocalDisk, LocalRoot, Root};
use tracewright::model::names::{HostName, Mode, TargetPath};
use tracewright::model::observed::{Ids, Inventory, Look, PathState};
use tracewright::model::step::Step;

fn guarded(lab: &Lab) -> LocalRoot {
    Root::on(LocalDisk::guarded(lab.base.path(), HostName::this()))
}

fn at(root: &LocalRoot, path: &str) -> Result<PathState, String> {
    let path = TargetPath::new(path);
    let seen = root.observe(&Inventory::of([path.clone()])).map_err(|fault| fault.to_string())?;
    Ok(seen.standing(&path).clone())
}

fn is_file(root: &LocalRoot, path: &str) -> bool {
    matches!(at(root, path), Ok(PathState::File(_)))
}

#[test]
fn a_link_is_followed_where_root_alone_could_have_made_it() {
    let Some(lab) = lab("a_link_is_followed_where_root_alone_could_have_made_it") else { return };
    lab.directory("usr", 0);
    lab.directory("usr/lib", 0);
    lab.directory("usr/lib/unit", 0);
    lab.file("usr/lib/unit/file", 0, 0o644);
    lab.link("lib", Path::new("usr/lib"), 0);
    lab.link("usr/up", Path::new("../lib/./unit"), 0);
    lab.link("usr/absolute", Path::new("/usr/up"), 0);
    lab.link("by-person", Path::new("usr/lib"), PERSON);
    lab.link("home/by-root", Path::new("../usr/lib"), 0);
    lab.directory("open", 0);
    fs::set_permissions(lab.on_disk("open"), Permissions::from_mode(0o1777)).unwrap();
    lab.link("open/by-root", Path::new("../usr/lib"), 0);
    lab.link("round", Path::new("round-again"), 0);
    lab.link("round-again", Path::new("/round"), 0);
    lab.link("nowhere", Path::new("absent"), 0);

    let mut root = guarded(&lab);
    for path in ["/lib/unit/file", "/usr/up/file", "/usr/absolute/file"] {
        assert!(is_file(&root, path), "{path}");
    }
    let nowhere =
        ["/by-person/unit/file", "/home/by-root/unit/file", "/open/by-root/unit/file", "/nowhere/file"];
    for path in nowhere.into_iter().chain(["/round/file"]) {
        assert_eq!(at(&root, path), Ok(PathState::Absent), "{path}");
    }
    assert_eq!(at(&root, "/lib"), Ok(PathState::Link { to: "usr/lib".to_owned() }), "not the last component");

    let make = |path| Step::MakeDirectory { path: TargetPath::new(path), mode: Mode(0o755), ids: None };
    root.perform(&make("/usr/up/made")).unwrap();
    assert!(lab.on_disk("usr/lib/unit/made").is_dir());
    let plain: LocalRoot = Root::on(LocalDisk::at(lab.base.path(), HostName::this()));
    assert_eq!(at(&plain, "/lib/unit/file"), Ok(PathState::Absent), "below a directory none is followed");
}

#[test]
fn each_look_and_each_step_reaches_its_directories_anew() {
    let Some(lab) = lab("each_look_and_each_step_reaches_its_folders_anew") else { return };
    lab.directory("app", 0);
    let mut root = guarded(&lab);
    let make = Step::MakeDirectory { path: TargetPath::new("/app/made"), mode: Mode(0o755), ids: None };
    let replace = |number| {
        fs::rename(lab.on_disk("app"), lab.on_disk(&format!("app-{number}"))).unwrap();
        lab.directory("app", 0);
    };
    root.perform(&make).unwrap();
    replace(1);
    root.perform(&make).expect("after a step");
    root.perform(&make).expect_err("it is there");
    replace(2);
    root.perform(&make).expect("after a step that failed");
    assert!(matches!(at(&root, "/app/made"), Ok(PathState::Directory(_))));
    replace(3);
    root.perform(&make).expect("after a look");
}

#[test]
fn a_directory_of_an_unprivileged_user_leads_to_nobody_elses() {
    let Some(lab) = lab("a_folder_of_an_unprivileged_user_leads_to_nobody_elses") else { return };
    lab.directory("service/own", SERVICE);
    lab.file("service/own/file", 0, 0o600);
    lab.directory("service/of-root", 0);
    lab.file("service/of-root/file", 0, 0o644);
    lab.directory("service/of-person", PERSON);
    lab.file("service/of-person/file", PERSON, 0o644);
    let mut root = guarded(&lab);
    assert!(is_file(&root, "/service/own/file"), "a file is no directory on the way");
    for (path, owner) in [("/service/of-root", 0), ("/service/of-person", PERSON)] {
        let shown = lab.base.path().join(path.trim_start_matches('/'));
        let refusal = format!(
            "cannot go through {}: it belongs to user {owner} and stands in a directory of user {SERVICE}, \
             who could put another in its place",
            shown.display()
        );
        assert_eq!(at(&root, &format!("{path}/file")), Err(refusal.clone()));
        let discard = Step::Discard { path: TargetPath::new(format!("{path}/file")) };
        assert_eq!(root.perform(&discard).unwrap_err().to_string(), refusal);
        let mut both = Inventory::of([TargetPath::new(format!("{path}/file"))]);
        both.add(TargetPath::new(path), Look::Names);
        assert_eq!(root.observe(&both).unwrap_err().to_string(), refusal, "also once it was looked at");
    }
    assert!(matches!(at(&root, "/service/of-root"), Ok(PathState::Directory(_))), "it may be looked at");
}

#[test]
fn rights_of_a_file_with_another_name_are_not_changed() {
    let Some(lab) = lab("rights_of_a_file_with_another_name_are_not_changed") else { return };
    lab.file("roots/secret", 0, 0o600);
    fs::hard_link(lab.on_disk("roots/secret"), lab.on_disk("service/secret")).unwrap();
    let path = TargetPath::new("/service/secret");
    let mut root = guarded(&lab);
    let Ok(PathState::File(file)) = at(&root, path.as_str()) else { panic!("it stands there") };
    let digest = tracewright::model::desired::Digest::of(&file.bytes);
    let after = Ids { uid: SERVICE, gid: SERVICE };
    for step in [
        Step::SetOwner { path: path.clone(), digest, before: file.ids, after },
        Step::SetMode { path: path.clone(), digest, before: file.mode, after: Mode(0o666) },
    ] {
        let refused = root.perform(&step).unwrap_err().to_string();
        assert_eq!(refused, "/service/secret was changed by somebody else in the meantime");
    }
    assert!(matches!(at(&root, "/roots/secret"), Ok(PathState::File(now)) if now == file));
}
