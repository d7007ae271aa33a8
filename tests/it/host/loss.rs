//! A sender with numbered spans that tries again loses none of them, while `apply` and `rollback` restart
//! what they go through.
//!
//! The stand-in forgets what it has when it is restarted: there only the collector is.

use super::{Host, Who, engines};

const PROMISE: &str = "promise: changes of a live host under a sender, no span lost";

/// What is done while spans are sent, and whether Tempo is restarted by it.
const CHANGES: [(&str, &str, bool); 4] = [
    ("sed -i s/256MiB/257MiB/ old/stack.toml", "apply old", false),
    (
        "echo 'retention = \"47h\"' > /run/line; sed -i '/^version = \"2.10\"/r /run/line' old/stack.toml",
        "apply old",
        true,
    ),
    ("sed -i 's/257MiB/258MiB/; s/47h/46h/' old/stack.toml", "apply old", true),
    ("true", "rollback old", true),
];

#[test]
fn no_numbered_span_is_lost() {
    let host = match Host::boot("killed") {
        Ok(host) => host,
        Err(reason) => return println!("{PROMISE} | 0 | not run: {reason}"),
    };
    let real = engines().iter().any(|(name, _)| name == "tempo-2.10.8");
    if real {
        host.must("install -m 755 /mnt/engines/tempo-2.10.8 /usr/lib/engines/tempo");
    }
    host.must(
        "cp -r /mnt/hosts/killed/old /root; tracewright apply old --no-engines --no-prove --auto-approve",
    );
    host.must("cp -r old /home/pde; chown -R pde: /home/pde/old");
    for (prepare, verb, restarts_tempo) in CHANGES {
        if restarts_tempo && !real {
            println!("{PROMISE} | 0 | not run: {verb}: no tempo-2.10.8 in $TRACEWRIGHT_ENGINES");
            continue;
        }
        host.must(prepare);
        let sent = std::thread::scope(|scope| {
            let sends = scope.spawn(|| host.run(Who::Pde, "tracewright prove old --count 1500 --rate 100"));
            std::thread::sleep(std::time::Duration::from_secs(2));
            let engines = if verb.starts_with("apply") { "--no-engines" } else { "" };
            host.must(&format!("tracewright {verb} {engines} --no-prove --auto-approve"));
            sends.join().unwrap()
        });
        assert_eq!(sent.code, Some(0), "{verb} after `{prepare}`: {}", sent.text);
        assert!(
            sent.text.contains("1500 spans accepted in ") && sent.text.contains(", 1500 came back within ")
        );
        println!("{verb} after `{prepare}`: {}", sent.text);
        println!("{PROMISE} | 1 | {}", if real { "real 2.10.8" } else { "stand-in" });
    }
}
