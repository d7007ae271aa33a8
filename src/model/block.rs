//! Our marked block in a file that belongs to an application.
//!
//! Works on bytes and touches no byte but those of the block. A file whose readers would disagree
//! about it (carriage returns, a byte order mark, bytes that are not UTF-8) is refused by name rather
//! than repaired: it is not ours to repair. Called by `plan::compare` and, when a killed run is
//! reversed, by `apply`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The two lines around the block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markers {
    /// The line above.
    pub begin: String,
    /// The line below.
    pub end: String,
}

/// Where a block stands in a file, told by the rest of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockPlace {
    /// How many bytes of the rest stand before it.
    pub offset: usize,
    /// How many bytes the rest has.
    pub rest: usize,
}

/// Why a file cannot take a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockFault {
    /// The first byte that is not UTF-8.
    NotUtf8 {
        /// Its offset.
        offset: usize,
    },
    /// A byte order mark.
    ByteOrderMark,
    /// A line that ends in a carriage return.
    CarriageReturn {
        /// Counted from 1.
        line: usize,
    },
    /// A marker that stands there a second time.
    MarkerTwice {
        /// Counted from 1.
        line: usize,
    },
    /// One marker without the other, or the two in the wrong order.
    CutInHalf {
        /// The line of the marker that is there, counted from 1.
        line: usize,
    },
}

impl fmt::Display for BlockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset } => write!(f, "byte {offset} is not UTF-8"),
            Self::ByteOrderMark => f.write_str("the file starts with a byte order mark"),
            Self::CarriageReturn { line } => write!(f, "line {line} ends in a carriage return"),
            Self::MarkerTwice { line } => write!(f, "line {line} repeats a marker of the block"),
            Self::CutInHalf { line } => write!(f, "line {line} is a marker of the block without its other"),
        }
    }
}

/// A file taken apart at its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    before: &'a str,
    block: Option<Vec<&'a str>>,
    after: &'a str,
}

impl<'a> Split<'a> {
    /// Takes a file apart.
    pub fn of(bytes: &'a [u8], markers: &Markers) -> Result<Self, BlockFault> {
        let text = std::str::from_utf8(bytes)
            .map_err(|fault| BlockFault::NotUtf8 { offset: fault.valid_up_to() })?;
        if text.starts_with('\u{feff}') {
            return Err(BlockFault::ByteOrderMark);
        }
        let (mut begin, mut end, mut at) = (None, None, 0);
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            if bare.ends_with('\r') {
                return Err(BlockFault::CarriageReturn { line: index + 1 });
            }
            let seen = match bare {
                _ if bare == markers.begin => Some(&mut begin),
                _ if bare == markers.end => Some(&mut end),
                _ => None,
            };
            if seen.and_then(|mark| mark.replace((index + 1, at, at + line.len()))).is_some() {
                return Err(BlockFault::MarkerTwice { line: index + 1 });
            }
            at += line.len();
        }
        match (begin, end) {
            (None, None) => Ok(Self { before: text, block: None, after: "" }),
            (Some((_, start, inside)), Some((_, inside_end, stop))) if inside <= inside_end => Ok(Self {
                before: &text[..start],
                block: Some(text[inside..inside_end].lines().collect()),
                after: &text[stop..],
            }),
            (Some((line, ..)), _) | (None, Some((line, ..))) => Err(BlockFault::CutInHalf { line }),
        }
    }

    /// A file with nothing in it.
    pub fn empty() -> Self {
        Self { before: "", block: None, after: "" }
    }

    /// The lines between the markers; `None` where the file has no block.
    pub fn lines(&self) -> Option<&[&'a str]> {
        self.block.as_deref()
    }

    /// The file with these lines as its block, and whether a newline of ours stands before it. A block
    /// that is there is replaced where it stands; else `place` is used if the rest still looks as it
    /// did, else the end.
    ///
    /// `newline`: whether the newline before a block that is there is ours.
    pub fn with(&self, markers: &Markers, lines: &[String], from: Origin) -> (Vec<u8>, bool) {
        let (before, after, newline) = match (&self.block, from) {
            (Some(_), Origin { newline, .. }) => (self.before, self.after, newline),
            (None, Origin { place, .. }) => {
                let (before, after) = place.map_or((self.before, ""), |place| cut(self.before, place));
                (before, after, !before.is_empty() && !before.ends_with('\n'))
            }
        };
        let mut text = String::with_capacity(before.len() + after.len() + 80 * (lines.len() + 2));
        text.push_str(before);
        if !before.is_empty() && !before.ends_with('\n') {
            text.push('\n');
        }
        for line in [&markers.begin].into_iter().chain(lines).chain([&markers.end]) {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(after);
        (text.into_bytes(), newline)
    }

    /// The file without its block, and where the block stood. A newline of ours before it leaves with
    /// it, unless lines of somebody else follow.
    pub fn without(&self, newline: bool) -> (Vec<u8>, BlockPlace) {
        let before = match self.before.strip_suffix('\n') {
            Some(shorter) if newline && self.block.is_some() && self.after.is_empty() => shorter,
            _ => self.before,
        };
        let rest = [before, self.after].concat().into_bytes();
        let place = BlockPlace { offset: before.len(), rest: rest.len() };
        (rest, place)
    }
}

/// What is remembered of a block when it is written again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Whether the newline before the block that is there is ours.
    pub newline: bool,
    /// Where a block stood that is not there now.
    pub place: Option<BlockPlace>,
}

/// The two halves of a text at a remembered place, if it is a line's start there and nothing else
/// changed in length; else the end.
fn cut(rest: &str, place: BlockPlace) -> (&str, &str) {
    let fits = place.rest == rest.len() && rest.is_char_boundary(place.offset);
    match fits.then(|| rest.split_at(place.offset)) {
        Some((before, after)) if after.is_empty() || before.is_empty() || before.ends_with('\n') => {
            (before, after)
        }
        _ => (rest, ""),
    }
}
