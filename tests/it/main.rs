mod readers;
mod mutants;
mod rules;
