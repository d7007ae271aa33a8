use super::*;

/// `systemctl show --property PROPERTIES -- NAMES...` on Debian 12, systemd 252.39: nine units of a test
/// host, each in another state, in this order.
const RECORDED: &str = include_str!("recorded-252.txt");

/// One line a unit, with all that was read.
fn told(shown: &Shown) -> String {
    let ObservedUnit { load, run, restarts, busy, pid, fragment, drop_ins } = &shown.unit;
    let fragment = fragment.as_ref().map_or("-", TargetPath::file_name);
    let drop_ins: String = drop_ins.iter().map(|path| format!(" + {path}")).collect();
    let [start, stop] = shown.patience.map(|patience| patience.map(|patience| patience.as_secs()));
    format!(
        "{fragment}{drop_ins}: {load:?}, {:?}, {run:?}, restarts {restarts}, busy {busy}, pid {pid:?}, {}, {start:?} {stop:?}",
        shown.state,
        shown.outcome.words(),
    )
}

#[test]
fn a_recorded_answer_is_read() {
    let told: Vec<String> = read(RECORDED.as_bytes(), 9).unwrap().iter().map(told).collect();
    let expected = [
        r#"good.service: Loaded, AwaitsRestart, Running("ec47486ec8644186ab704ef4426134ba"), restarts 0, busy false, pid None, signal, signal 9, Some(90) Some(90)"#,
        r#"exits.service: Loaded, Failed, Failed("exit-code"), restarts 0, busy false, pid None, exit-code, status 3, Some(90) Some(90)"#,
        r#"flaps.service: Loaded, AwaitsRestart, Running("d2341c07265446d4b1e8c638add0eef2"), restarts 2, busy false, pid None, exit-code, status 1, Some(90) Some(90)"#,
        r#"nobinary.service: Loaded, Failed, Failed("exit-code"), restarts 0, busy false, pid None, exit-code, status 203: its program cannot be started, Some(90) Some(90)"#,
        r#"masked.service: Masked, Inactive, Stopped, restarts 0, busy false, pid None, success, Some(90) Some(90)"#,
        r#"-: NotFound, Inactive, Stopped, restarts 0, busy false, pid None, success, Some(90) Some(90)"#,
        r#"badsetting.service: Faulty("bad-setting"), Inactive, Stopped, restarts 0, busy false, pid None, success, None Some(90)"#,
        r#"hung.service: Loaded, Changing, Running("ff9d679abefb4528bab745e8a7e1bd8d"), restarts 0, busy true, pid Some(316), success, Some(90) Some(5)"#,
        r#"slowpre.service: Loaded, Active, Running("aa39d268f1624a53acbdaebeeec77f21"), restarts 0, busy false, pid Some(155), success, Some(90) Some(90)"#,
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_answer_that_is_none_says_so() {
    let read = |text: &str, units| read(text.as_bytes(), units).unwrap_err();
    assert_eq!(read("", 1), "systemctl told of 0 units and was asked for 1");
    assert_eq!(read(RECORDED, 8), "systemctl told of 9 units and was asked for 8");
    assert_eq!(read("LoadState=loaded\n", 1), "systemctl did not tell ActiveState");
    assert_eq!(read("ActiveState=active\nLoadState=\n", 1), "systemctl did not tell LoadState");
}

#[test]
fn spans_of_time_are_read_as_systemd_prints_them() {
    for (text, millis) in [
        ("0", Some(0)),
        ("500ms", Some(500)),
        ("20s", Some(20_000)),
        ("1min 30s", Some(90_000)),
        ("1h 2min 3s 4ms", Some(3_723_004)),
        ("1w 1d", Some(691_200_000)),
        ("1month", Some(2_629_800_000)),
        ("infinity", None),
        ("90", None),
        ("1min 30", None),
        ("99999999999999999999s", None),
        ("99999999999999y", None),
    ] {
        assert_eq!(time_span(text), millis.map(Duration::from_millis), "{text}");
    }
}
