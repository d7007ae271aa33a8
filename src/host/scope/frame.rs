//! Frames: two lengths, words as JSON, and raw bytes behind them. Nothing is believed of a length
//! before it is within its limit, and little memory is taken before its bytes have come.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// The most words of a frame.
pub(super) const MOST_WORDS: u32 = 4 * 1024 * 1024;
/// The most raw bytes of a frame: eight of the largest files.
pub(super) const MOST_BYTES: u32 = 64 * 1024 * 1024;

/// The most memory that is taken for bytes which have not come yet.
const AT_ONCE: usize = 8192;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ScopeFrame {
    /// JSON.
    pub words: Vec<u8>,
    /// Contents of files.
    pub bytes: Vec<u8>,
}

impl ScopeFrame {
    /// Writes it, at once: whoever waits at the other end wakes for the whole of it.
    ///
    /// # Errors
    /// It is too large, or the other end is gone.
    pub(super) fn write(&self, to: &mut impl Write) -> Result<()> {
        let words = length(&self.words, MOST_WORDS)?;
        let bytes = length(&self.bytes, MOST_BYTES)?;
        let head = [words.to_le_bytes(), bytes.to_le_bytes()].concat();
        to.write_all(&[&head[..], &self.words, &self.bytes].concat())?;
        to.flush()
    }

    /// Reads one; `None` where the other end was closed between two.
    ///
    /// # Errors
    /// It is too large or cut off, or nothing can be read.
    pub(super) fn read(from: &mut impl Read) -> Result<Option<Self>> {
        let head = exactly(from, 8)?;
        if head.is_empty() {
            return Ok(None);
        }
        let number =
            |at: usize| head.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
        let (Some(words), Some(bytes)) = (number(0), number(4)) else {
            return Err(ErrorKind::UnexpectedEof.into());
        };
        if words > MOST_WORDS || bytes > MOST_BYTES {
            return Err(Error::new(ErrorKind::InvalidData, "is too large"));
        }
        let part = |from: &mut _, length: u32| {
            let part = exactly(from, length.into())?;
            let whole = u32::try_from(part.len()) == Ok(length);
            if whole { Ok(part) } else { Err(Error::from(ErrorKind::UnexpectedEof)) }
        };
        Ok(Some(Self { words: part(from, words)?, bytes: part(from, bytes)? }))
    }
}

/// So many bytes, or as many as there are.
fn exactly(from: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    let mut read = Vec::with_capacity(usize::try_from(length).map_or(AT_ONCE, |length| length.min(AT_ONCE)));
    from.by_ref().take(length).read_to_end(&mut read)?;
    Ok(read)
}

fn length(part: &[u8], most: u32) -> Result<u32> {
    let length = u32::try_from(part.len()).ok().filter(|length| *length <= most);
    length.ok_or_else(|| Error::new(ErrorKind::InvalidData, "is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(frame: &ScopeFrame) -> Vec<u8> {
        let mut wire = Vec::new();
        frame.write(&mut wire).unwrap();
        wire
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(words: Vec<u8>, bytes: Vec<u8>) {
            let frame = ScopeFrame { words, bytes };
            let wire = [written(&frame), written(&frame)].concat();
            let mut left = wire.as_slice();
            prop_assert_eq!(ScopeFrame::read(&mut left).unwrap(), Some(frame.clone()));
            prop_assert_eq!(ScopeFrame::read(&mut left).unwrap(), Some(frame));
            prop_assert_eq!(ScopeFrame::read(&mut left).unwrap(), None);
        }

        #[test]
        fn a_frame_that_is_cut_off_is_none(words: Vec<u8>, bytes: Vec<u8>, at: prop::sample::Index) {
            let wire = written(&ScopeFrame { words, bytes });
            let cut = 1 + at.index(wire.len() - 1);
            prop_assume!(cut < wire.len());
            prop_assert!(ScopeFrame::read(&mut &wire[..cut]).is_err());
        }

        #[test]
        fn nothing_that_comes_makes_it_panic(wire: Vec<u8>) {
            let _any = ScopeFrame::read(&mut wire.as_slice());
        }
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_anything_is_read() {
        for head in [[MOST_WORDS + 1, 0], [0, MOST_BYTES + 1], [u32::MAX, u32::MAX]] {
            let wire = head.map(u32::to_le_bytes).concat();
            let fault = ScopeFrame::read(&mut wire.as_slice().chain(std::io::repeat(0))).unwrap_err();
            assert_eq!(fault.to_string(), "is too large");
        }
        let large = ScopeFrame { words: vec![0; MOST_WORDS as usize + 1], bytes: Vec::new() };
        assert_eq!(large.write(&mut Vec::new()).unwrap_err().to_string(), "is too large");
    }
}
