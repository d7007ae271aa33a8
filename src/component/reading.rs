//! How the configuration files of a program are found and read, as a row of its home. Called by `topology/`.

use crate::component::systemd::read::Unit;
use crate::format::page::FileReading;
use crate::format::values::Expansion;
use crate::format::yaml::{Node, YamlLibrary};
use crate::model::dataflow::{ProgramKind, ReadVersion};
use crate::model::names::TargetPath;

/// The YAML files of one program.
#[derive(Debug)]
pub struct ConfigReader {
    /// Whose files they are.
    pub kind: ProgramKind,
    /// Where its packages have their configuration.
    pub places: &'static [&'static str],
    /// Directories of which every YAML file is one of its own.
    pub directories: &'static [&'static str],
    /// The same below a home.
    pub in_home: Option<&'static str>,
    /// What stands in the path of a YAML file of its own, wherever that lies.
    pub in_path: Option<&'static str>,
    /// Words of which one stands in each of its files.
    pub words: &'static [&'static str],
    /// The library that it reads YAML with.
    pub library: YamlLibrary,
    /// Whether a file is one of its own, by blocks that no other program has.
    pub is_own: fn(&Node) -> bool,
    /// Whether such a file stands for a program in a repository too, where nothing says that it runs.
    pub in_repository: bool,
    /// How it puts variables in.
    pub expansion: fn(&ProgramStart<'_>) -> Expansion,
    /// Reads a file into the page's topology.
    pub read: fn(&mut FileReading<'_>, &Node, Option<&str>) -> FileRead,
}

/// What is known of the start of the program that a file belongs to.
#[derive(Debug)]
pub struct ProgramStart<'a> {
    /// Its unit, or what a container starts; `None` where nothing is known.
    pub unit: Option<&'a Unit>,
    /// Whether all files of the host are there.
    pub complete: bool,
}

/// What a file tells beside listeners and clients.
#[derive(Debug)]
pub struct FileRead {
    /// The release whose rules were applied.
    pub version: ReadVersion,
    /// The directories that the program writes to, where they are written.
    pub data: Vec<TargetPath>,
}

impl FileRead {
    /// A file of a program whose releases do not differ.
    pub const PLAIN: Self = Self { version: ReadVersion::None, data: Vec::new() };
}
