//! What is shown of each format, and what is not.

use super::{Hidden, RedactSource, Sources, TextFormat, redact};
use crate::diagnostic::SourceName;

fn shown(format: TextFormat, text: &str) -> String {
    redact(format, text).as_str().to_owned()
}

#[test]
fn yaml_hides_what_stands_below_a_secret_name_and_nothing_else() {
    let text = "\
# how to sign in
exporters:
  otlp/token:
    endpoint: tempo:4317
    headers:
      authorization: Bearer abc # was Bearer abd
      x-scope-orgid: shop
    sending_queue: {enabled: true}
    # password: abc
  other:
    password: hunter2
    api_key: ${env:API_KEY}
    password_file: /run/secret
    token: |
      line one
      line two
    key: &k abc
    secret: *k
    endpoint: https://me:hunter2@example.org/path
    args: [--password, x, --port, '1', -v]
  list:
  - secret: {a: [b, 'c']}
    name: kept
  - {name: PASSWORD, value: x}
";
    let expected = "\
# how to sign in
exporters:
  otlp/token:
    endpoint: tempo:4317
    headers:
      authorization: (redacted) #(redacted)
      x-scope-orgid: shop
    sending_queue: {enabled: true}
    #(redacted)
  other:
    password: (redacted)
    api_key: ${env:API_KEY}
    password_file: /run/secret
    token: |
      (redacted)
    key: &k (redacted)
    secret: *k
    endpoint: https://(redacted)@example.org/path
    args: [--password, (redacted), --port, '1', -v]
  list:
  - secret: {a: [(redacted), '(redacted)']}
    name: kept
  - {name: PASSWORD, value: (redacted)}
";
    assert_eq!(shown(TextFormat::Yaml, text), expected);
}

#[test]
fn what_cannot_be_parsed_is_not_shown() {
    let text = "a: [b\nc: d\n";
    assert_eq!(shown(TextFormat::Yaml, text), "(not shown: it cannot be parsed)\n");
    let source = RedactSource::new(TextFormat::Yaml, text).in_place();
    assert_eq!((source.text.as_str(), source.unparsed), ("*****\n****\n", true));
    assert_eq!(shown(TextFormat::Unknown, "x"), "(not shown: it cannot be parsed)\n");
}

#[test]
fn an_environment_file_of_others_shows_the_exporter_and_nothing_else() {
    let text = "DB=postgres://x:y@z\n# a comment\n# >>> tracewright demo/shop >>>\n\
                OTEL_EXPORTER_OTLP_HEADERS=authorization=\u{e9}\nOTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n\
                OTEL_EXPORTER_OTLP_ENDPOINT=http://u:p@h\nA=\"b\nOTEL_EXPORTER_OTLP_ENDPOINT=c\"\n";
    let expected = "*******************\n***********\n# >>> tracewright demo/shop >>>\n\
                    OTEL_EXPORTER_OTLP_HEADERS=****************\nOTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n\
                    OTEL_EXPORTER_OTLP_ENDPOINT=************\n****\n******************************\n";
    let source = RedactSource::new(TextFormat::ForeignEnvironment, text).in_place();
    assert_eq!(source.text, expected);
    assert_eq!(source.text.len(), text.len());
}

#[test]
fn an_environment_file_of_ours_hides_by_name() {
    let text = "OTEL_EXPORTER_OTLP_HEADERS=authorization=abc\nOTEL_SERVICE_NAME=shop\nAWS_SECRET_ACCESS_KEY='abc'\n\
                OTEL_EXPORTER_OTLP_CLIENT_KEY=/etc/a/client.key\nOPTIONS=--set=exporters.otlp.headers.authorization=abc\n";
    let expected = "OTEL_EXPORTER_OTLP_HEADERS=(redacted)\nOTEL_SERVICE_NAME=shop\nAWS_SECRET_ACCESS_KEY=(redacted)\n\
                    OTEL_EXPORTER_OTLP_CLIENT_KEY=/etc/a/client.key\n\
                    OPTIONS=--set=exporters.otlp.headers.authorization=(redacted)\n";
    assert_eq!(shown(TextFormat::Environment, text), expected);
}

#[test]
fn a_unit_hides_in_words_and_over_lines() {
    let text = "\
[Service]
PassEnvironment=PATH
Environment=PORT=1 \"PASSWORD=a b\" DB_PWD=c
Environment=\\x50ASSWORD=d
ExecStart=/bin/x --port 1 --token \\
  e --url=http://u:f@h -H 'Authorization: Bearer g'
SetCredential=name:h
LoadCredential=token:/etc/x/token
; password=i
nonsense
";
    let expected = "\
[Service]
PassEnvironment=PATH
Environment=PORT=1 \"PASSWORD=(redacted)\" DB_PWD=(redacted)
Environment=\\x50ASSWORD=(redacted)
ExecStart=/bin/x --port 1 --token \\
  (redacted) --url=http://(redacted)@h -H 'Authorization: (redacted)'
SetCredential=name:(redacted)
LoadCredential=token:/etc/x/token
;(redacted)
(redacted)
";
    assert_eq!(shown(TextFormat::Unit, text), expected);
}

#[test]
fn a_stack_hides_by_name_also_where_it_is_broken() {
    let text = "\
[app.token]
env_file = \"/srv/x/.env\"
secret_heders = { authorization = \"abc\" }
[collector.main]
secret_headers = { a = \"env:TOKEN\", b = 'c' }
storage = { s3 = { secret_key = \"d\", bucket = \"e\" } } # account_key = \"f\"
";
    let expected = "\
[app.token]
env_file = \"/srv/x/.env\"
secret_heders = { authorization = \"(redacted)\" }
[collector.main]
secret_headers = { a = \"env:TOKEN\", b = '(redacted)' }
storage = { s3 = { secret_key = \"(redacted)\", bucket = \"e\" } } #(redacted)
";
    assert_eq!(shown(TextFormat::Stack, text), expected);
    let broken = "[x]\nport = 4317 = 2\nheaders = { authorization = Bearer abc }\n[x.headers]\na = b c\ntoken = {\nd = e,\n[e]\nf = 1\n";
    let expected = "[x]\nport = 4317 = 2\nheaders =(redacted)\n[x.headers]\na =(redacted)\ntoken =(redacted)\n(redacted)\n[e]\nf = (redacted)\n";
    assert_eq!(shown(TextFormat::Stack, broken), expected);
}

#[test]
fn no_message_repeats_what_was_hidden() {
    let mut hidden = Hidden::default();
    RedactSource::new(TextFormat::Yaml, "password: \"hunter2\\x41\"\npin: 12345678\n").hides(&mut hidden);
    assert_eq!(hidden.replace("cannot read `hunter2A`, 123456789"), "cannot read `(redacted)`, (redacted)9");
    assert_eq!(hidden.replace("hunter2 is a word"), "hunter2 is a word");
}

#[test]
fn texts_are_looked_through_once_until_one_is_added() {
    let source =
        |name: &str, text: &str| (SourceName(name.to_owned()), RedactSource::new(TextFormat::Yaml, text));
    let mut sources = Sources::from_iter([source("a.yaml", "password: first-of-all\n")]);
    assert!(std::ptr::eq(sources.hidden(), sources.hidden()));
    sources.extend([source("b.yaml", "password: second-of-all\n")]);
    assert_eq!(sources.hidden().replace("first-of-all, second-of-all"), "(redacted), (redacted)");
}
