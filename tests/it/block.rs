//! The rules of our block in somebody else's `.env`.

use proptest::prelude::*;
use tracewright::model::block::{BlockFault, BlockPlace, Markers, Origin, Split};

fn markers() -> Markers {
    Markers { begin: "# >>> tracewright shop/web >>>".into(), end: "# <<< tracewright shop/web <<<".into() }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}

const BLOCK: &str = "# >>> tracewright shop/web >>>\nA=1\n# <<< tracewright shop/web <<<\n";

/// Before, after the block is put in, after it is taken out again.
#[test]
fn the_block_is_put_in_and_taken_out() {
    let cases: [(&str, String); 6] = [
        ("", BLOCK.to_owned()),
        ("X=1\n", format!("X=1\n{BLOCK}")),
        ("X=1", format!("X=1\n{BLOCK}")),
        ("X=1\n\n", format!("X=1\n\n{BLOCK}")),
        ("\n", format!("\n{BLOCK}")),
        ("X='a\nb'\n# ümläut", format!("X='a\nb'\n# ümläut\n{BLOCK}")),
    ];
    for (before, wanted) in cases {
        let split = Split::of(before.as_bytes(), &markers()).unwrap();
        assert_eq!(split.lines(), None);
        let (with, newline) = split.with(&markers(), &lines(&["A=1"]), Origin::default());
        assert_eq!(String::from_utf8(with.clone()).unwrap(), wanted);
        assert_eq!(newline, !before.is_empty() && !before.ends_with('\n'));
        let split = Split::of(&with, &markers()).unwrap();
        assert_eq!(split.lines(), Some(&["A=1"][..]));
        assert_eq!(split.without(newline).0, before.as_bytes());
    }
}

#[test]
fn a_block_is_replaced_where_it_stands() {
    let file = format!("X=1\n{BLOCK}Y=2");
    let split = Split::of(file.as_bytes(), &markers()).unwrap();
    let (with, _) = split.with(&markers(), &lines(&["A=2", "B=3"]), Origin::default());
    let block = "# >>> tracewright shop/web >>>\nA=2\nB=3\n# <<< tracewright shop/web <<<\n";
    assert_eq!(String::from_utf8(with).unwrap(), format!("X=1\n{block}Y=2"));
    // The newline stays: lines of somebody else follow it.
    let (rest, place) = split.without(true);
    assert_eq!((rest.as_slice(), place), (&b"X=1\nY=2"[..], BlockPlace { offset: 4, rest: 7 }));
    let back = Split::of(&rest, &markers()).unwrap();
    let from = Origin { newline: false, place: Some(place) };
    assert_eq!(back.with(&markers(), &lines(&["A=1"]), from).0, file.as_bytes());
}

#[test]
fn a_block_whose_last_newline_was_cut_off_is_still_the_block() {
    let split = Split::of(BLOCK.trim_end().as_bytes(), &markers()).unwrap();
    assert_eq!(split.lines(), Some(&["A=1"][..]));
}

#[test]
fn a_file_that_its_readers_would_not_agree_on_is_refused() {
    let (begin, end) = (markers().begin, markers().end);
    let cases: [(Vec<u8>, BlockFault); 8] = [
        (b"\xef\xbb\xbfX=1\n".to_vec(), BlockFault::ByteOrderMark),
        (b"X=1\nY=\xff\n".to_vec(), BlockFault::NotUtf8 { offset: 6 }),
        (b"X=1\nY=2\r\n".to_vec(), BlockFault::CarriageReturn { line: 2 }),
        (format!("{begin}\n{begin}\n{end}\n").into_bytes(), BlockFault::MarkerTwice { line: 2 }),
        (format!("{BLOCK}{BLOCK}").into_bytes(), BlockFault::MarkerTwice { line: 4 }),
        (format!("X=1\n{begin}\nA=1\n").into_bytes(), BlockFault::CutInHalf { line: 2 }),
        (format!("A=1\n{end}\n").into_bytes(), BlockFault::CutInHalf { line: 2 }),
        (format!("{end}\nA=1\n{begin}\n").into_bytes(), BlockFault::CutInHalf { line: 3 }),
    ];
    for (bytes, fault) in cases {
        assert_eq!(Split::of(&bytes, &markers()), Err(fault));
    }
}

proptest! {
    /// Every byte that is not ours is kept, whatever it is.
    #[test]
    fn putting_in_and_taking_out_is_the_identity(rest in "([A-Z]=[ -~é]{0,9}|#[ -~]{0,9}|)(\n([A-Z]=[ -~]{0,9}|))*", a in "[A-Z]=[a-z]{0,5}") {
        let split = Split::of(rest.as_bytes(), &markers()).unwrap();
        let (with, newline) = split.with(&markers(), &[a], Origin::default());
        prop_assert!(with.starts_with(rest.as_bytes()));
        prop_assert_eq!(Split::of(&with, &markers()).unwrap().without(newline).0, rest.into_bytes());
    }

    /// No file makes the reader panic.
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Split::of(&bytes, &markers());
    }
}
