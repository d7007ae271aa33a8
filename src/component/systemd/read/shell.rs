//! Command lists of a shell (`sh -c '...'`), as far as it takes to see which program is started with what:
//! quotes, variables, `exec`, `export`, lists. Nothing is run; what only a run can tell is not known.

use crate::format::values::ProcessEnvironment;
use std::iter::Peekable;
use std::str::Chars;

/// One simple command of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShellCommand {
    /// Its words, variables put in; redirections are left out.
    pub(super) words: Vec<String>,
    /// Whether a word holds what is known only where it runs.
    pub(super) unknown: bool,
}

/// Words that stand before a command without being one.
const KEYWORDS: &[&str] =
    &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "(", "exec", "command", "export"];

/// The simple commands of a script. `parameters` are `$0`, `$1` and so on; what it assigns is set for what
/// follows and for the programs that it starts.
pub(super) fn commands(
    script: &str,
    parameters: &[String],
    environment: &mut ProcessEnvironment,
) -> Vec<ShellCommand> {
    let mut reader = Reader { letters: script.chars().peekable(), parameters, environment };
    let mut all = Vec::new();
    let mut command = ShellCommand::default();
    loop {
        match reader.next(&mut command.unknown) {
            Some(Part::Words(words)) => command.words.extend(words),
            Some(Part::Redirection) => {
                reader.next(&mut false);
            }
            part => {
                reader.finish(std::mem::take(&mut command), &mut all);
                if part.is_none() {
                    return all;
                }
            }
        }
    }
}

enum Part {
    /// What became of one word: none, where an unquoted variable is empty.
    Words(Vec<String>),
    /// The file of it follows.
    Redirection,
    End,
}

struct Reader<'s> {
    letters: Peekable<Chars<'s>>,
    parameters: &'s [String],
    environment: &'s mut ProcessEnvironment,
}

impl Reader<'_> {
    /// Takes keywords and assignments off a command, and keeps it if something is left.
    fn finish(&mut self, mut command: ShellCommand, all: &mut Vec<ShellCommand>) {
        while let Some(first) = command.words.first() {
            let assigned = first.split_once('=').filter(|(key, _)| is_name(key));
            if let Some((key, value)) = assigned {
                self.environment.values.insert(key.to_owned(), value.to_owned());
            } else if !KEYWORDS.contains(&first.as_str()) {
                break;
            }
            command.words.remove(0);
        }
        if !command.words.is_empty() {
            all.push(command);
        }
    }

    fn next(&mut self, unknown: &mut bool) -> Option<Part> {
        while self.letters.next_if(|letter| matches!(letter, ' ' | '\t' | '\r')).is_some() {}
        match *self.letters.peek()? {
            '#' => {
                while self.letters.next_if(|letter| *letter != '\n').is_some() {}
                Some(Part::End)
            }
            ';' | '&' | '|' | '\n' | '(' | ')' => {
                self.letters.next();
                Some(Part::End)
            }
            '<' | '>' => {
                while self.letters.next_if(|letter| matches!(letter, '<' | '>' | '&' | '|')).is_some() {}
                Some(Part::Redirection)
            }
            _ => Some(self.word(unknown)),
        }
    }

    fn word(&mut self, unknown: &mut bool) -> Part {
        let (mut word, mut more, mut has_text) = (String::new(), Vec::new(), false);
        let mut quote = None;
        while let Some(letter) = self.letters.peek().copied() {
            match (letter, quote) {
                (' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')', None) => break,
                ('<' | '>', None) => {
                    // `2>`: the number is no word.
                    if word.chars().all(|letter| letter.is_ascii_digit()) {
                        return Part::Words(Vec::new());
                    }
                    break;
                }
                _ => {}
            }
            self.letters.next();
            match (letter, quote) {
                (letter, Some(open)) if letter == open => quote = None,
                ('\'' | '"', None) => (quote, has_text) = (Some(letter), true),
                ('\\', None | Some('"')) => match self.letters.next() {
                    Some('\n') | None => {}
                    Some(next) => word.push(next),
                },
                ('`', None | Some('"')) => {
                    *unknown = true;
                    while self.letters.next().is_some_and(|letter| letter != '`') {}
                }
                ('$', None | Some('"')) => match self.variable(unknown) {
                    Variable::Text(text) if quote.is_none() => {
                        let mut parts = text.split_ascii_whitespace();
                        word.push_str(parts.next().unwrap_or_default());
                        for part in parts {
                            more.push(std::mem::replace(&mut word, part.to_owned()));
                        }
                    }
                    Variable::Text(text) => word.push_str(&text),
                    Variable::Parameters(all) => {
                        has_text = false;
                        more.extend(all);
                    }
                },
                (letter, _) => word.push(letter),
            }
        }
        if has_text || !word.is_empty() {
            more.push(word);
        }
        Part::Words(more)
    }

    /// What stands behind a dollar sign.
    fn variable(&mut self, unknown: &mut bool) -> Variable {
        match self.letters.peek().copied() {
            Some('@' | '*') => {
                self.letters.next();
                Variable::Parameters(self.parameters.iter().skip(1).cloned().collect())
            }
            Some('(') => {
                *unknown = true;
                let mut depth = 0;
                for letter in self.letters.by_ref() {
                    depth += i32::from(letter == '(') - i32::from(letter == ')');
                    if depth == 0 {
                        break;
                    }
                }
                Variable::Text(String::new())
            }
            Some('{') => {
                self.letters.next();
                let mut inside = String::new();
                while let Some(letter) = self.letters.next_if(|letter| *letter != '}') {
                    inside.push(letter);
                }
                self.letters.next();
                Variable::Text(self.braced(&inside, unknown))
            }
            Some(digit) if digit.is_ascii_digit() => {
                self.letters.next();
                let number = digit.to_digit(10).and_then(|number| usize::try_from(number).ok());
                let text = number.and_then(|number| self.parameters.get(number));
                Variable::Text(text.cloned().unwrap_or_default())
            }
            _ => {
                let mut name = String::new();
                while let Some(letter) = self.letters.next_if(|letter| is_name_letter(*letter)) {
                    name.push(letter);
                }
                if name.is_empty() {
                    return Variable::Text("$".to_owned());
                }
                Variable::Text(self.value(&name, unknown).unwrap_or_default())
            }
        }
    }

    /// `${NAME}` and `${NAME:-default}`.
    fn braced(&self, inside: &str, unknown: &mut bool) -> String {
        let length = inside.find(|letter| !is_name_letter(letter)).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(length);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        match (default, rest.is_empty()) {
            (None, true) => self.value(name, unknown).unwrap_or_default(),
            (Some(default), _) if !default.contains('$') => {
                let mut is_unset = false;
                let value = self.value(name, &mut is_unset).filter(|value| !value.is_empty());
                value.unwrap_or_else(|| default.to_owned())
            }
            _ => {
                *unknown = true;
                String::new()
            }
        }
    }

    fn value(&self, name: &str, unknown: &mut bool) -> Option<String> {
        let value = self.environment.values.get(name).cloned();
        *unknown |= value.is_none();
        value
    }
}

enum Variable {
    Text(String),
    /// `$@`: each is a word.
    Parameters(Vec<String>),
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(is_name_letter)
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
}
