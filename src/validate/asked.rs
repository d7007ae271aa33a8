//! One component whose configuration and unit are judged, each by its own program.

use super::{
    EngineRelease, FoundEngine, Missing, ReleaseFit, Surroundings, Texts, ValidatedFile, Validation,
    WantedEngine, find, finding, systemd,
};
use crate::component::complaint::Complaint;
use crate::component::{self, ConfigValidator, Engine};
use crate::host::{CommandLine, HostError, Scratch};
use crate::model::names::TargetPath;
use crate::wiring::{ComponentId, EnginePlace};
use std::path::{Path, PathBuf};

/// The most that one validator may say of one file.
const MOST: usize = 20;

/// The component, and where its files are laid out for judging.
pub(super) struct ValidatorRun<'a> {
    /// Which one.
    pub id: &'a ComponentId,
    /// Its paths.
    pub place: &'a EnginePlace,
    /// Its engine.
    pub wanted: WantedEngine,
    /// Where programs are found.
    pub around: &'a Surroundings,
    /// The private directory.
    pub scratch: &'a Scratch,
    /// The component's own directory in it.
    pub below: PathBuf,
}

impl ValidatorRun<'_> {
    /// What its engine says of its configuration.
    pub(super) fn configuration(&self, texts: &Texts<'_>) -> Result<Validation, HostError> {
        let mut validation = Validation::default();
        let path = &self.place.config;
        let Some(text) = texts.get(path) else { return Ok(validation) };
        let Some(engine) = self.engine(&mut validation) else { return Ok(validation) };
        let home = component::engine(self.id.kind()).zip(engine.binary.validator.as_ref());
        let Some((home, validator)) = home else {
            validation.unknown(path, format!("{engine} has no validator that is asked"));
            return Ok(validation);
        };
        let plain = (validator.plain)(text);
        let file = self.scratch.write(&self.below.join(path.file_name()), plain.as_bytes())?;
        match self.around.ask(command(home, validator, &engine.path, &file)) {
            Ok(ran) => {
                let said = [ran.stdout.as_slice(), b"\n", &ran.stderr].concat();
                let said = String::from_utf8_lossy(&said).replace(&file.display().to_string(), path.as_str());
                let by = (engine.to_string(), engine.path);
                self.verdict(&mut validation, path, by, complaints(validator, ran.code, &said, &plain));
            }
            Err(fault) => validation.unknown(path, format!("{engine} {}", fault.what())),
        }
        Ok(validation)
    }

    /// The engine, if it can judge: it is here, and reads what is written for the release that the stack
    /// names.
    fn engine(&self, validation: &mut Validation) -> Option<FoundEngine> {
        let (wanted, file) = (&self.wanted, &self.place.config);
        let engine = match find(wanted, self.around) {
            Ok(engine) => engine,
            Err(missing) => {
                validation.unknown(file, missing.to_string());
                if let (Some(_), Missing::Unusable { path, what }) = (&wanted.explicit, missing) {
                    validation.findings.push(finding::unusable(wanted.binary, &path, &what));
                }
                return None;
            }
        };
        let named = EngineRelease::parse(&wanted.version);
        let fit = named.map_or(ReleaseFit::Same, |release| release.fit(wanted.binary, &engine.release));
        validation.findings.extend(finding::other(self.id, wanted, &engine, fit).into_iter().collect());
        if fit == ReleaseFit::Other {
            validation.unknown(file, format!("{engine} is of another release line"));
            return None;
        }
        Some(engine)
    }

    /// What systemd says of its unit.
    pub(super) fn unit(&self, texts: &Texts<'_>) -> Result<Validation, HostError> {
        let mut validation = Validation::default();
        let path = &self.place.unit.path;
        let Some(text) = texts.get(path) else { return Ok(validation) };
        let program = match systemd::program(self.around) {
            Ok(program) => program,
            Err(missing) => {
                validation.unknown(path, missing);
                return Ok(validation);
            }
        };
        if let Err(why) = self.around.may_run(&program) {
            validation.unknown(path, why.to_string());
            return Ok(validation);
        }
        let shown = program.display().to_string();
        let laid_out = systemd::lay_out(self.scratch, &self.below, (&shown, self.place, text))?;
        let version = self.around.ask(CommandLine::new(shown, ["--version"]));
        let answer = version.and_then(|version| Ok((version, self.around.ask(laid_out.command.clone())?)));
        let (version, ran) = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                validation.unknown(path, format!("systemd-analyze {}", fault.what()));
                return Ok(validation);
            }
        };
        let by = systemd::name(&version);
        match systemd::read(&laid_out, &ran, text) {
            Ok(found) => {
                if found.not_installed {
                    validation.unknown(path, "the engine that it starts is not installed here");
                }
                let accepted = found.complaints.is_empty();
                self.verdict(&mut validation, path, (by, program), found.complaints);
                if accepted {
                    self.exposure(&mut validation, path, &laid_out.exposure);
                }
            }
            Err(words) => validation.unknown(path, format!("{by} judged nothing: {words}")),
        }
        Ok(validation)
    }

    fn verdict(
        &self,
        validation: &mut Validation,
        file: &TargetPath,
        (by, program): (String, PathBuf),
        mut complaints: Vec<Complaint>,
    ) {
        let accepted = complaints.iter().all(|complaint| complaint.harmless);
        let more = complaints.len().saturating_sub(MOST);
        complaints.truncate(MOST);
        if let Some(last) = complaints.last_mut().filter(|_| more > 0) {
            last.words.push_str(&format!(" (and {more} more)"));
        }
        for complaint in complaints {
            validation.findings.push(finding::complaint(self.id, file, &by, complaint));
        }
        validation.validated.push(ValidatedFile {
            file: file.clone(),
            by,
            program,
            accepted,
            exposure: None,
        });
    }

    /// How exposed the unit, the one file judged here, leaves its service.
    fn exposure(&self, validation: &mut Validation, file: &TargetPath, command: &CommandLine) {
        let ran = self.around.ask(command.clone()).map_err(|fault| fault.what());
        match ran.and_then(|ran| systemd::exposure(&ran)) {
            Ok(level) => {
                if let Some(unit) = validation.validated.last_mut() {
                    unit.exposure = Some(level);
                }
            }
            Err(why) => validation.unknown(file, format!("its exposure: {why}")),
        }
    }
}

/// How an engine is asked.
pub(super) fn command(home: &Engine, validator: &ConfigValidator, binary: &Path, file: &Path) -> CommandLine {
    let config = (home.config)(&TargetPath::new(file.display().to_string()));
    let arguments = (validator.arguments)(config);
    CommandLine::new(binary.display().to_string(), arguments.iter().map(String::as_str))
}

/// What an engine says against its configuration. One that fails without a word that is understood is
/// quoted as it is.
pub(super) fn complaints(
    validator: &ConfigValidator,
    code: Option<i32>,
    said: &str,
    text: &str,
) -> Vec<Complaint> {
    if code == Some(0) {
        return Vec::new();
    }
    let found = (validator.complaints)(said, text);
    if !found.is_empty() {
        return found;
    }
    let words = said.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let ended = code.map_or("ended by a signal".to_owned(), |code| format!("ended with status {code}"));
    vec![Complaint::at(&words.unwrap_or(format!("{ended}, without a word")), None)]
}
