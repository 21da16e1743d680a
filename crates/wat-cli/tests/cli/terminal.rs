//! Conversations with `wat repl` (10 §8.11).

use std::os::unix::fs::PermissionsExt;

use super::pty::Terminal;
use super::support::{Dir, command, main_of};

fn start(dir: &Dir) -> Terminal {
    let mut command = command(dir);
    command.args(["--set", "run.stack-limit=16 MiB", "repl"]);
    let mut terminal = Terminal::start(command);
    terminal.expect("Ctrl-D quits");
    terminal.expect("wat:1> ");
    terminal
}

#[test]
fn the_first_five_minutes() {
    let dir = Dir::new();
    let mut terminal = Terminal::start(command(&dir));
    terminal.expect("wat:1> ");
    terminal.send("(:wat::core::+ 1 2)\r");
    terminal.expect("3 : :wat::core::i64");
    terminal.expect("wat:2> ");
    terminal.send("(:wat::kernel::printn \"hi\")\r");
    terminal.expect("error[WAT");
    terminal.expect("repl:2:1:");
    terminal.expect(":wat::kernel::println");
    terminal.expect("wat:3> ");
    terminal.send(":fix\r");
    terminal.expect("\"hi\"\r\n");
    terminal.expect("nil");
    terminal.expect("wat:4> ");
    terminal.send(":quit\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn r3_an_open_form_continues_on_the_next_line() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send("(:wat::core::let [x 1\r");
    terminal.expect("     … ");
    terminal.send("] x)\r");
    terminal.expect("1 : :wat::core::i64");
    terminal.expect("wat:2> ");
    terminal.send("\u{4}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn r4_pasted_forms_are_evaluated_in_order() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    let forms: Vec<String> = (0..10)
        .map(|i| format!("(:wat::core::i64::+ 100 {i})"))
        .collect();
    terminal.send(&format!("\u{1b}[200~{}\u{1b}[201~\r", forms.join("\n")));
    for i in 0..10 {
        terminal.expect(&format!("{} : :wat::core::i64", 100 + i));
    }
    terminal.expect("wat:2> ");
}

#[test]
fn r5_an_endless_loop_is_interrupted() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send("(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::f))\r");
    terminal.expect("defined :my::f");
    terminal.expect("wat:2> ");
    terminal.send("(:wat::core::do (:wat::kernel::println \"go\") (:my::f))\r");
    terminal.expect("\"go\"\r\n");
    terminal.send("\u{3}");
    terminal.expect("WAT8801");
    terminal.expect("wat:3> ");
    terminal.send("(:wat::core::i64::+ 1 1)\r");
    terminal.expect("2 : :wat::core::i64");
}

#[test]
fn r6_a_stack_overflow_leaves_the_session_alive() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send(
        "(:wat::core::defn :my::deep [n <- :wat::core::i64] -> :wat::core::i64 \
         (:wat::core::i64::+ 1 (:my::deep n)))\r",
    );
    terminal.expect("defined :my::deep");
    terminal.expect("wat:2> ");
    terminal.send("(:my::deep 1)\r");
    terminal.expect("WAT8202");
    terminal.expect("repeats");
    terminal.expect("wat:3> ");
    terminal.send(":env\r");
    terminal.expect(":my::deep");
}

#[test]
fn r10_a_redefinition_that_breaks_a_dependent_is_refused() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send("(:wat::core::defn :my::f [] -> :wat::core::i64 1)\r");
    terminal.expect("wat:2> ");
    terminal
        .send("(:wat::core::defn :my::g [] -> :wat::core::i64 (:wat::core::i64::+ 1 (:my::f)))\r");
    terminal.expect("wat:3> ");
    terminal.send("(:wat::core::defn :my::f [] -> :wat::core::String \"s\")\r");
    terminal.expect("WAT2950");
    terminal.expect("wat:4> ");
    terminal.send("(:my::g)\r");
    terminal.expect("2 : :wat::core::i64");
    terminal.expect("wat:5> ");
    terminal.send("(:wat::core::defn :my::f [] -> :wat::core::i64 10)\r");
    terminal.expect("redefined :my::f");
    terminal.expect("wat:6> ");
    terminal.send("(:my::g)\r");
    terminal.expect("11 : :wat::core::i64");
}

/// Types inputs, and waits for what each is answered with and for the next prompt.
fn say(terminal: &mut Terminal, lines: &[(&str, &str, u32)]) {
    for (text, answer, next) in lines {
        let text = text
            .replace("c.", ":wat::core::")
            .replace("i64+", ":wat::core::i64::+");
        terminal.send(&format!("{text}\r"));
        terminal.expect(answer);
        terminal.expect(&format!("wat:{next}> "));
    }
}

#[test]
fn r10_what_is_forced_is_installed_and_its_users_are_stale_until_they_are_healed() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    say(
        &mut terminal,
        &[
            ("(c.defn :my::f [] -> c.i64 1)", "defined :my::f : ", 2),
            (
                "(c.defn :my::g [] -> c.i64 (i64+ 1 (:my::f)))",
                "defined :my::g : ",
                3,
            ),
            ("(c.defn :my::f [] -> c.String \"s\")", "error[WAT3001]", 4),
            (":force", "redefined :my::f (1 dependent) : ", 5),
            ("(:my::f)", "\"s\" : ", 6),
            (
                "(:my::g)",
                "error[WAT8805]: `:my::g` is stale: the redefinition of `:my::f` broke it",
                7,
            ),
            (
                "(c.defn :my::g [] -> c.String (:my::f))",
                "redefined :my::g : ",
                8,
            ),
            ("(:my::g)", "\"s\" : ", 9),
            (":force", "error[WAT2952]", 9),
        ],
    );
}

#[test]
fn r12_undo_brings_former_definitions_and_values_back() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    say(
        &mut terminal,
        &[
            ("(c.defn :my::f [] -> c.i64 1)", "defined :my::f : ", 2),
            (
                "(c.defn :my::g [] -> c.i64 (i64+ 1 (:my::f)))",
                "defined :my::g : ",
                3,
            ),
            ("(c.def :my::v (i64+ 40 (:my::g)))", "defined :my::v : ", 4),
            ("(c.defn :my::f [] -> c.String \"s\")", "error[WAT2950]", 5),
            (":force", "redefined :my::f (1 dependent) : ", 6),
            (":undo", ":my::f is what it was before", 6),
            ("(:my::g)", "2 : ", 7),
            (
                "(c.def :my::v \"text\")",
                "redefined :my::v : :wat::core::String, was :wat::core::i64",
                8,
            ),
            (":undo", ":my::v is what it was before", 8),
            (":my::v", "42 : ", 9),
            (":undo", ":my::v is not defined any more", 9),
            (":undo", ":my::g is not defined any more", 9),
            (":undo", ":my::f is not defined any more", 9),
            (
                ":undo",
                "error[WAT2952]: there is no declaration to take back",
                9,
            ),
        ],
    );
}

#[test]
fn values_follow_a_redefinition_that_changes_their_type() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    say(
        &mut terminal,
        &[
            ("(c.defn :my::f [] -> c.i64 1)", "defined :my::f : ", 2),
            ("(c.def :my::x (:my::f))", "defined :my::x : ", 3),
            (
                "(c.defn :my::f [] -> c.String \"s\")",
                "evaluated again :my::x : :wat::core::String",
                4,
            ),
            (":my::x", "\"s\" : ", 5),
            (
                "(c.defn :my::f [] -> c.String  \"s\")",
                "unchanged :my::f",
                6,
            ),
            ("(c.struct :my::P (x c.i64) (y c.i64))", "defined :my::P", 7),
            ("(c.def :my::p (:my::P/new 1 2))", "defined :my::p", 8),
            (
                "(c.struct :my::P (y c.i64) (x c.i64))",
                "redefined :my::P",
                9,
            ),
            ("(:my::P/x :my::p)", "2 : ", 10),
        ],
    );
}

#[test]
fn r15_tab_inserts_the_full_name() {
    for (typed, full) in [
        ("(defn", "(:wat::core::defn"),
        ("(pln", "(:wat::kernel::println"),
        ("(:wat::k::pr", "(:wat::kernel::println"),
    ] {
        let dir = Dir::new();
        let mut terminal = start(&dir);
        terminal.send(&format!("{typed}\t"));
        terminal.expect(full);
    }
}

#[test]
fn r20_history_is_kept_for_its_owner_alone() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send("(:wat::core::i64::+ 40 2)\r");
    terminal.expect("42 : ");
    terminal.expect("wat:2> ");
    terminal.send("\u{4}");
    assert_eq!(terminal.end(), 0);
    let file = dir.path().join("state/wat/history");
    let mode = std::fs::metadata(file)
        .expect("there is a history")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut terminal = start(&dir);
    terminal.send("\u{1b}[A\r");
    terminal.expect("42 : ");
}

#[test]
fn ctrl_c_at_the_prompt_clears_the_line() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send("(:half");
    terminal.expect("(:half");
    terminal.send("\u{3}");
    terminal.expect("wat:1> ");
    terminal.send("7\r");
    terminal.expect("7 : :wat::core::i64");
}

#[test]
fn commands_help_themselves() {
    let dir = Dir::new();
    let mut terminal = start(&dir);
    terminal.send(":help\r");
    terminal.expect(":quit");
    terminal.expect("wat:1> ");
    terminal.send(":qiut\r");
    terminal.expect("WAT2951");
    terminal.expect("`:quit`");
    terminal.send(":doc :wat::kernel::println\r");
    terminal.expect(":wat::kernel::println [");
}

#[test]
fn a_failed_program_is_explained_on_a_terminal() {
    let text =
        main_of("(:wat::kernel::println (:wat::core::i64::/ 1 (:wat::core::string::length \"\")))");
    let dir = Dir::with(&[("main.wat", &text)]);
    let mut command = command(&dir);
    command.args(["run", "main.wat"]);
    let mut terminal = Terminal::start(command);
    let before = terminal.expect("main.wat:2:");
    assert!(before.contains("division by zero"), "{before}");
    assert!(!before.contains("ProcessPanics"), "{before}");
    assert_eq!(terminal.end(), 1);
}
