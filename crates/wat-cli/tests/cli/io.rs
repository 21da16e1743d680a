//! Streams, files and standard input of programs.

use super::support::{Dir, Ran, fed, main_of, wat};

fn run(body: &str) -> Ran {
    wat(
        &Dir::with(&[("main.wat", &main_of(body))]),
        &["run", "main.wat"],
    )
}

fn prints(body: &str, expected: &str) {
    let ran = run(body);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, expected),
        "{body}\n{}",
        ran.stderr
    );
}

fn fails(body: &str, code: &str) {
    let ran = run(body);
    assert_eq!(ran.status, 1, "{body}\n{}", ran.stderr);
    assert!(ran.stderr.contains(code), "{body}\n{}", ran.stderr);
}

/// A program that reads numbers until the input ends, and prints their sum.
const SUM: &str = "(:wat::core::defn :my::sum [acc <- :wat::core::i64] -> :wat::core::i64\n\
    (:wat::core::match (:wat::kernel::try-readln -> :wat::core::i64) -> :wat::core::i64\n\
      ((:wat::core::Some n) (:my::sum (:wat::core::+ acc n)))\n\
      (:wat::core::None acc)))\n\
    (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:my::sum 0)))\n";

#[test]
fn frames_of_standard_input_are_values() {
    let dir = Dir::with(&[("sum.wat", SUM)]);
    for (input, sum) in [
        ("", "0\n"),
        ("1\n2\n\n3\n", "6\n"),
        ("1 ; one\n#_ 5\n2", "3\n"),
    ] {
        let ran = fed(&dir, &["run", "sum.wat"], input);
        assert_eq!((ran.status, ran.stdout.as_str()), (0, sum), "{input}");
    }
    for (input, code) in [
        ("1 2\n", "WAT8507"),
        ("[1\n", "WAT8507"),
        ("]\n", "WAT8507"),
        ("\"1\"\n", "WAT8508"),
        ("1.5\n", "WAT8508"),
    ] {
        let ran = fed(&dir, &["run", "sum.wat"], input);
        assert_eq!(ran.status, 1, "{input}");
        assert!(ran.stderr.contains(code), "{input}: {}", ran.stderr);
    }
}

#[test]
fn structs_and_collections_are_read_at_their_type() {
    let text = "(:wat::core::struct :my::Point (x :wat::core::i64) (y :wat::core::i64))\n\
        (:wat::core::defn :user::main [] -> :wat::core::nil\n\
          (:wat::core::let [p (:wat::kernel::readln -> :my::Point)\n\
                            all (:wat::kernel::readln -> :wat::core::Vector<wat::core::String>)]\n\
            (:wat::core::do (:wat::kernel::println p) (:wat::kernel::println all))))\n";
    let dir = Dir::with(&[("main.wat", text)]);
    let input = "#my/Point\n{:x 1\n :y 2}\n[\"a\"\n \"b\"]\n";
    let ran = fed(&dir, &["run", "main.wat"], input);
    assert_eq!(
        ran.stdout, "#my/Point {:x 1 :y 2}\n[\"a\" \"b\"]\n",
        "{}",
        ran.stderr
    );
}

#[test]
fn the_end_of_standard_input_is_an_error_for_readln() {
    fails(
        "(:wat::kernel::println (:wat::kernel::readln -> :wat::core::i64))",
        "WAT8506",
    );
}

#[test]
fn reading_takes_what_is_there() {
    prints(
        "(:wat::core::let [r (:wat::io::IOReader/from-string \"abc\")]\n\
           (:wat::core::do\n\
             (:wat::kernel::println (:wat::io::IOReader/read r 2))\n\
             (:wat::kernel::println (:wat::io::IOReader/read r 9))\n\
             (:wat::kernel::println (:wat::io::IOReader/read r 0))\n\
             (:wat::kernel::println (:wat::io::IOReader/read-all r))\n\
             (:wat::io::IOReader/rewind r)\n\
             (:wat::kernel::println (:wat::io::IOReader/read-all-string r))))",
        "[97 98]\n[99]\n[]\n[]\n\"abc\"\n",
    );
    fails(
        "(:wat::kernel::println (:wat::io::IOReader/read (:wat::io::IOReader/from-string \"\") -1))",
        "WAT8406",
    );
}

#[test]
fn bytes_that_are_no_text_are_an_error_where_text_is_wanted() {
    let reader = "(:wat::io::IOReader/from-bytes (:wat::core::Vector :wat::core::u8 (:wat::core::u8 255) (:wat::core::u8 10)))";
    fails(
        &format!("(:wat::kernel::println (:wat::io::IOReader/read-line {reader}))"),
        "WAT8416",
    );
    fails(
        &format!("(:wat::kernel::println (:wat::io::IOReader/read-all-string {reader}))"),
        "WAT8416",
    );
    prints(
        &format!("(:wat::kernel::println (:wat::io::IOReader/read-all {reader}))"),
        "[255 10]\n",
    );
}

#[test]
fn files_are_written_appended_and_read_again() {
    prints(
        "(:wat::core::let [d (:wat::io::TempDir/new)\n\
              p (:wat::core::string::concat (:wat::io::TempDir/path d) \"/f\")\n\
              w (:wat::io::IOWriter/append-file p)]\n\
           (:wat::core::do\n\
             (:wat::kernel::println (:wat::io::IOWriter/write-string w \"ab\"))\n\
             (:wat::io::IOWriter/close w)\n\
             (:wat::io::IOWriter/println (:wat::io::IOWriter/append-file p) \"c\")\n\
             (:wat::kernel::println (:wat::io::read-file p))\n\
             (:wat::io::write-file p \"new\")\n\
             (:wat::core::let [r (:wat::io::IOReader/open-file p)]\n\
               (:wat::core::do\n\
                 (:wat::kernel::println (:wat::io::IOReader/read-line r))\n\
                 (:wat::kernel::println (:wat::io::IOReader/read-line r))\n\
                 (:wat::io::IOReader/rewind r)\n\
                 (:wat::kernel::println (:wat::io::IOReader/read-all-string r))))\n\
             (:wat::kernel::println (:wat::core::length (:wat::io::list-dir (:wat::io::TempDir/path d))))\n\
             (:wat::kernel::println (:wat::io::file-exists? p))\n\
             (:wat::kernel::println (:wat::io::with-open-file p (:wat::core::fn [w <- :wat::io::IOWriter] -> :wat::core::i64 (:wat::io::IOWriter/writeln w \"x\"))))\n\
             (:wat::kernel::println (:wat::io::try-read-file p))\n\
             (:wat::kernel::println (:wat::core::Result/ok? (:wat::io::try-read-file \"/no/such/file\")))
             (:wat::kernel::println (:wat::core::string::contains? (:wat::io::TempDir/path d) \"wat-\"))))",
        "2\n\"abc\\n\"\n\"new\"\nnil\n\"new\"\n1\ntrue\n2\n#wat-edn.result/ok \"x\\n\"\nfalse\ntrue\n",
    );
}

#[test]
fn a_failed_operation_names_itself_its_path_and_the_reason() {
    for body in [
        "(:wat::io::IOReader/read-all (:wat::io::IOReader/open-file \"/no/such/file\"))",
        "(:wat::io::read-file \"/no/such/file\")",
        "(:wat::io::list-dir \"/no/such/file\")",
    ] {
        let ran = run(&format!("(:wat::kernel::println {body})"));
        assert!(ran.stderr.contains("WAT8415"), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("`/no/such/file` failed: no such file"),
            "{}",
            ran.stderr
        );
    }
    fails(
        "(:wat::io::IOWriter/println (:wat::io::IOWriter/open-file \"/\") \"x\")",
        "WAT8415",
    );
    fails(
        "(:wat::kernel::println (:wat::io::IOWriter/to-bytes (:wat::core::first (:wat::kernel::pipe))))",
        "WAT8415",
    );
}

#[test]
fn a_pipe_carries_lines_and_ends_when_its_writer_does() {
    prints(
        "(:wat::core::let [[w r] (:wat::kernel::pipe)]\n\
           (:wat::core::do\n\
             (:wat::io::IOWriter/print w \"a\\nb\")\n\
             (:wat::kernel::println (:wat::io::IOReader/read-line r))\n\
             (:wat::io::IOWriter/print w \"c\\n\")\n\
             (:wat::kernel::println (:wat::io::IOReader/read-line r))\n\
             (:wat::kernel::drop w)\n\
             (:wat::kernel::println (:wat::io::IOReader/read r 5))))",
        "\"a\"\n\"bc\"\nnil\n",
    );
    fails(
        "(:wat::core::let [[w r] (:wat::kernel::pipe)] (:wat::core::do (:wat::kernel::drop r) (:wat::io::IOWriter/println w \"x\")))",
        "WAT8415",
    );
}

#[test]
fn temporary_entries_go_away_with_their_handle() {
    let body = "(:wat::core::let [d (:wat::io::TempDir/new) f (:wat::io::TempFile/new)\n\
        p (:wat::core::string::concat (:wat::io::TempDir/path d) \"/sub\")\n\
        _ (:wat::io::write-file p \"x\")]\n\
        (:wat::core::do (:wat::kernel::println (:wat::io::file-exists? p)) (:wat::kernel::println (:wat::io::read-file (:wat::io::TempFile/path f)))\n\
          (:wat::kernel::println (:wat::io::TempDir/path d)) (:wat::kernel::println (:wat::io::TempFile/path f))))";
    let ran = run(body);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["true", "\"\""], "{}", ran.stderr);
    for path in &lines[2..] {
        let path = path.trim_matches('"');
        assert!(
            path.starts_with('/') && !std::path::Path::new(path).exists(),
            "{path}"
        );
    }
}

#[test]
fn a_file_is_read_through_the_loader_of_the_program() {
    let text = main_of("(:wat::kernel::println (:wat::io::read-file \"data.txt\"))");
    let dir = Dir::with(&[
        ("in/main.wat", &text),
        ("in/data.txt", "inside"),
        ("data.txt", "outside"),
    ]);
    let ran = wat(&dir, &["run", "--scope", "in", "in/main.wat"]);
    assert_eq!(ran.stdout, "\"inside\"\n", "{}", ran.stderr);
    let text = main_of("(:wat::kernel::println (:wat::io::read-file \"../data.txt\"))");
    let dir = Dir::with(&[("in/main.wat", &text), ("data.txt", "outside")]);
    let ran = wat(&dir, &["run", "--scope", "in", "in/main.wat"]);
    assert!(ran.stderr.contains("WAT8415"), "{}", ran.stderr);
}

#[test]
fn a_failed_write_names_the_file_that_was_opened() {
    fails(
        "(:wat::core::let [w (:wat::io::IOWriter/open-file \"/dev/full\")]\n\
           (:wat::kernel::println (:wat::io::IOWriter/write-string w \"a\")))",
        "WAT8415 io-failed: writing of `/dev/full` failed: no space left on device",
    );
    fails(
        "(:wat::core::let [w (:wat::io::IOWriter/open-file \"/dev/null\")]\n\
           (:wat::core::do\n\
             (:wat::io::IOWriter/close w)\n\
             (:wat::kernel::println (:wat::io::IOWriter/write-string w \"a\"))))",
        "writing of `/dev/null` failed: the stream is closed",
    );
}
