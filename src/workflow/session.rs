//! What a verb prints to and how it ends: stdout is data, stderr is talk.

#![expect(clippy::disallowed_methods, reason = "the environment and the clock enter here, once")]

use super::pager::Pager;
use crate::cli::ColourChoice;
use crate::diagnostic::{Finding, Findings};
use crate::exit::Exit;
use crate::report::document::{DocumentKind, StoppedDocument, ToldFinding, told};
use crate::report::page::PageStyle;
use crate::report::review::WarningView;
use crate::report::{ShownFindings, diagnostics, github};
use crate::text::{Sources, foreign, foreign_styled, no_commands, redact_line};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

/// Why a verb ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// User faults, with the texts they point into.
    Findings(Findings, Sources),
    /// Anything else: the code and what to say.
    Because(Exit, String),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Findings(finding.into(), Sources::default())
    }
}

impl Stop {
    /// The machine failed us.
    pub fn machine(error: &dyn std::error::Error) -> Self {
        Self::Because(Exit::Machine, with_causes(error))
    }
}

/// What an error says, and what its causes say behind it.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// What a command line asks to be printed beside or instead of text.
#[derive(Debug, Default)]
pub struct Asked {
    /// The document that goes to stdout.
    pub document: Option<DocumentKind>,
    /// The document that goes into a file.
    pub into: Option<(DocumentKind, PathBuf)>,
    /// Whether stdout is commands of a workflow.
    pub commands: bool,
}

/// One run of the tool.
#[derive(Debug)]
pub struct Session {
    /// The clock, read once.
    pub now: SystemTime,
    /// Whether a human can be asked.
    pub interactive: bool,
    colour_out: bool,
    colour_err: bool,
    live: bool,
    /// What was asked for, as far as it was not printed yet.
    asked: Asked,
    /// Whether a workflow reads what is printed, and obeys commands in it.
    in_workflow: bool,
    columns: usize,
    /// Whether a plan that is longer than the terminal goes through a pager.
    paged: bool,
    warnings: Vec<WarningView>,
    /// The same and errors, whole, where a document was asked for.
    findings: Vec<ToldFinding>,
    /// What kept the first of the data from being written that did not arrive.
    lost: Option<std::io::Error>,
}

impl Session {
    /// The session of this process.
    pub fn of_this_process(colour: ColourChoice, paged: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let wanted = |is_terminal: bool| match colour {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => is_terminal && !dumb && !set("NO_COLOR"),
        };
        Self {
            now: SystemTime::now(),
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            colour_out: wanted(std::io::stdout().is_terminal()),
            colour_err: wanted(std::io::stderr().is_terminal()),
            live: std::io::stderr().is_terminal() && !dumb,
            asked: Asked::default(),
            in_workflow: set("GITHUB_ACTIONS"),
            lost: None,
            columns: columns(),
            paged,
            warnings: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Has documents go where they were asked for, also where a verb ends before it has a result.
    pub fn ask(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// Writes the document to the file that was named for it, if one was.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_document(&mut self, document: impl FnOnce() -> String) -> Result<(), Stop> {
        let Some((_, file)) = self.asked.into.take() else { return Ok(()) };
        std::fs::write(&file, document()).map_err(|error| {
            Stop::Because(Exit::Machine, format!("`{}` cannot be written: {error}", file.display()))
        })
    }

    /// Prints the document that was asked for, which is then the only one.
    pub fn print_document(&mut self, document: &str) {
        self.asked.document = None;
        // In a text of JSON that says the same, and is no command.
        self.print(&if self.in_workflow {
            document.replace("##[", "##\\u005b")
        } else {
            document.to_owned()
        });
    }

    /// Whether what goes to stdout is coloured.
    pub fn colour(&self) -> bool {
        self.colour_out
    }

    /// Whether a line of talk can be drawn over: a terminal shows it.
    pub fn live(&self) -> bool {
        self.live
    }

    /// Whether the reader of data has gone.
    pub fn closed(&self) -> bool {
        self.lost.is_some()
    }

    /// Prints data. Whatever anybody wrote into it, a terminal obeys none of it but our own colours. What
    /// could not be written is told of at the end, and before anything is changed.
    pub fn print(&mut self, text: &str) {
        let text = harmless(text, self.colour_out);
        let text = if self.in_workflow && !self.asked.commands { no_commands(text) } else { text };
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.lost.get_or_insert(error);
        }
    }

    /// Prints a plan, through a pager where it is longer than the terminal that a human reads it on.
    pub fn print_plan(&mut self, text: &str) {
        let pager = if self.paged { Pager::of_this_process() } else { None };
        if !pager.is_some_and(|pager| pager.shows(&harmless(text, self.colour_out))) {
            self.print(text);
        }
    }

    /// Whether everything that was printed so far arrived, and somebody is still there to read: nothing is
    /// changed whose plan nobody can see. A loss is told of once.
    ///
    /// # Errors
    /// It did not, or nobody is.
    pub fn arrived(&mut self) -> Result<(), Stop> {
        let why = match self.lost.take() {
            Some(error) => error.to_string(),
            None if is_unread() => "nobody reads it any more".to_owned(),
            None => return Ok(()),
        };
        let text = format!("cannot write to the standard output: {why}\n  nothing was changed");
        Err(Stop::Because(Exit::Machine, text))
    }

    /// Prints talk, as harmless as data.
    pub fn say(&mut self, text: &str) {
        let text = harmless(text, self.colour_err);
        let text = if self.in_workflow { no_commands(text) } else { text };
        // Where stderr is closed there is nobody to tell.
        let _nobody = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Draws a line over the one that stands there; only where [`Session::live`].
    pub fn draw(&mut self, line: &str) {
        let text = format!("\r\x1b[2K{}", foreign(line));
        let _nobody = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// How a page on stdout is drawn.
    pub fn page(&self) -> PageStyle {
        PageStyle { columns: self.columns, colour: self.colour_out }
    }

    /// Every warning that was said in this run, in short.
    pub fn warnings(&self) -> &[WarningView] {
        &self.warnings
    }

    /// Every finding that was said in this run, for the document that was asked for.
    pub fn findings(&self) -> &[ToldFinding] {
        &self.findings
    }

    /// Prints findings as talk.
    pub fn say_findings(&mut self, findings: &Findings, sources: &Sources) {
        self.say_shown(&ShownFindings::of(findings, sources));
    }

    fn say_shown(&mut self, shown: &ShownFindings<'_>) {
        self.warnings.extend(diagnostics::warnings(shown));
        if self.asked.document.is_some() || self.asked.into.is_some() {
            self.findings.extend(told(shown));
        }
        if !shown.findings().is_empty() {
            let text = diagnostics::render(shown, self.colour_err);
            self.say(&text);
        }
    }

    /// Says why a verb stopped, and its exit code.
    pub fn stopped(&mut self, stop: Stop) -> Exit {
        match stop {
            Stop::Findings(findings, sources) => {
                let shown = ShownFindings::of(&findings, &sources);
                self.say_shown(&shown);
                self.stop_documents((Exit::Refused, None), || told(&shown));
                if self.asked.commands {
                    self.print(&github::annotations(&shown, ""));
                }
                Exit::Refused
            }
            Stop::Because(exit, text) => {
                let text: Vec<String> = text.lines().map(redact_line).collect();
                let text = text.join("\n");
                self.say(&format!("error: {text}\n"));
                if self.asked.commands {
                    self.print(&github::stopped(&text));
                }
                self.stop_documents((exit, Some(text)), Vec::new);
                exit
            }
        }
    }

    /// Has the document in a file say that findings are why there is none, where a verb prints these itself.
    pub fn keep_findings(&mut self, findings: &Findings, sources: &Sources) {
        self.stop_documents((Exit::Refused, None), || told(&ShownFindings::of(findings, sources)));
    }

    /// Has every document that was asked for and not made yet say why there is none.
    fn stop_documents(
        &mut self,
        (exit, reason): (Exit, Option<String>),
        findings: impl Fn() -> Vec<ToldFinding>,
    ) {
        let document = |kind: DocumentKind| {
            let mut stopped = StoppedDocument::new(Some(kind), exit.number());
            stopped.findings = findings();
            stopped.stopped.reason.clone_from(&reason);
            stopped.text()
        };
        if let Some((kind, file)) = self.asked.into.take() {
            let written = std::fs::write(&file, document(kind));
            if let Err(error) = written {
                self.say(&format!("error: `{}` cannot be written: {error}\n", file.display()));
            }
        }
        if let Some(kind) = self.asked.document.take() {
            self.print_document(&document(kind));
        }
    }

    /// The exit code of the process. A reader that closed the pipe (`| head`) has seen enough; any other
    /// loss of data is the machine's fault.
    pub fn finish(&mut self, exit: Exit) -> ExitCode {
        match &self.lost {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                let text = format!("error: cannot write to the standard output: {error}\n");
                self.say(&text);
                if matches!(exit, Exit::Fine | Exit::Changes) { Exit::Machine.into() } else { exit.into() }
            }
            _ => exit.into(),
        }
    }
}

/// The columns of the terminal that stdout is; 80 where it is none, whatever the environment says.
fn columns() -> usize {
    let terminal = rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col));
    terminal.filter(|columns| *columns > 0).unwrap_or(PageStyle::PLAIN.columns)
}

/// Whether the other end of stdout is closed: a pipe that nobody reads says so before anything is written.
fn is_unread() -> bool {
    let stdout = std::io::stdout();
    let mut polled = [PollFd::new(&stdout, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut polled, Some(&at_once)).is_ok() && polled[0].revents().contains(PollFlags::ERR)
}

fn harmless(text: &str, styled: bool) -> Cow<'_, str> {
    if styled { Cow::Owned(foreign_styled(text)) } else { foreign(text) }
}
