//! A pipe whose other end may be anybody's: nothing waits for it beyond a deadline.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use std::io::{ErrorKind, Read, Result, Write};
use std::time::Instant;

/// Makes our end of a pipe one that never blocks.
pub(super) fn never_block(pipe: &impl AsFd) -> Result<()> {
    Ok(fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?)
}

/// An end of a pipe that never blocks, until a deadline.
pub(super) struct Patient<'a, S> {
    pub stream: &'a mut S,
    pub end: Instant,
}

impl<S: AsFd> Patient<'_, S> {
    /// Waits until there is something to do, and does it.
    fn patiently<T>(&mut self, ready: PollFlags, mut act: impl FnMut(&mut S) -> Result<T>) -> Result<T> {
        loop {
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            match act(self.stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                done => return done,
            }
            let left = Timespec::try_from(left).ok();
            match poll(&mut [PollFd::new(&self.stream, ready)], left.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl<S: Read + AsFd> Read for Patient<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.patiently(PollFlags::IN, |stream| stream.read(buffer))
    }
}

impl<S: Write + AsFd> Write for Patient<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.patiently(PollFlags::OUT, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn end() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    #[test]
    fn nobody_is_waited_for_beyond_the_deadline() {
        let (mut from, mut to) = std::io::pipe().unwrap();
        never_block(&from).unwrap();
        never_block(&to).unwrap();
        let mut patient = Patient { stream: &mut from, end: end() };
        assert_eq!(patient.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::TimedOut);
        let mut patient = Patient { stream: &mut to, end: end() };
        let full = patient.write_all(&vec![0; 4 << 20]).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::TimedOut, "a pipe that nobody empties");
    }

    #[test]
    fn what_comes_in_time_is_read() {
        let (mut from, mut to) = std::io::pipe().unwrap();
        never_block(&from).unwrap();
        to.write_all(b"here").unwrap();
        drop(to);
        let mut read = String::new();
        Patient { stream: &mut from, end: end() }.read_to_string(&mut read).unwrap();
        assert_eq!(read, "here");
    }
}
