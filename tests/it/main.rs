
mod readers;
mod mutants;
