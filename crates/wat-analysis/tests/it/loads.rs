//! Loads: forms, order, repetition, cycles, inline sources, verification.

use std::fmt::Write as _;
use std::sync::Arc;

use wat_analysis::{
    FileKind, LoadFailure, RootDatabase, SourceText, all_program_diagnostics, file_diagnostics,
    load_targets, payload_targets, primary_root, program_files, value_names,
};

use crate::support::{all, database, line, spans};

/// All diagnostics of the program rooted at `main.wat`, as `CODE file line:col-line:col`.
fn program(files: &[(&str, &str)]) -> Vec<String> {
    let db = database(files);
    let main = db.file("main.wat").expect("every program here has it");
    let found = all_program_diagnostics(&db, main);
    found
        .iter()
        .map(|found| {
            let line = line(&db, found);
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {} {}", words[0], words[2], words[3])
        })
        .collect()
}

fn paths(db: &RootDatabase, root: &str) -> Vec<String> {
    let root = db.file(root).expect("it was given");
    let files = program_files(db, root);
    files.iter().map(|file| file.path(db).to_string()).collect()
}

#[test]
fn load_forms_take_literals() {
    for (text, found) in [
        ("(:wat::load-file!)", "WAT5001 1:1-1:19"),
        ("(:wat::load-file! \"a\" \"b\")", "WAT5001 1:23-1:26"),
        ("(:wat::load-string! :a)", "WAT5001 1:21-1:23"),
        (
            "(:wat::load-file! (:wat::core::string::concat \"a\" \"b\"))",
            "WAT5001 1:19-1:55",
        ),
        ("(:wat::digest-load-string! \"\")", "WAT5001 1:1-1:31"),
        (
            "(:wat::digest-load-string! \"\" :wat::verify::digest-sha256)",
            "WAT5001 1:1-1:59",
        ),
        (
            "(:wat::digest-load-string! \"\" :wat::verify::digest-sha256 :wat::verify::string 1)",
            "WAT5001 1:80-1:81",
        ),
        (
            "(:wat::digest-load-string! \"\" :wat::verify::signed-ed25519 :wat::verify::string \"\")",
            "WAT5010 1:31-1:59",
        ),
        (
            "(:wat::signed-load-string! \"\" :wat::verify::md5 :wat::verify::string \"\" :wat::verify::string \"\")",
            "WAT5010 1:31-1:48",
        ),
        (
            "(:wat::digest-load-string! \"\" :wat::verify::digest-sha256 :wat::verify::s3-path \"\")",
            "WAT5009 1:59-1:80",
        ),
        (
            "(:wat::digest-load-string! \"\" :wat::verify::digest-sha256 :wat::verify::nowhere \"\")",
            "WAT5009 1:59-1:80",
        ),
        (
            "(:wat::core::do (:wat::load-file! \"a.wat\"))",
            "WAT5006 1:17-1:43",
        ),
        (
            "(:wat::core::defn :a::f [] -> :wat::core::nil (:wat::load-string! \"\"))",
            "WAT5006 1:47-1:70",
        ),
    ] {
        assert_eq!(spans(text), [found], "{text}");
    }
}

#[test]
fn loads_are_replaced_in_place_and_depth_first() {
    let files = [
        (
            "main.wat",
            "(:wat::core::def :m::a 1)\n(:wat::load-file! \"b.wat\")\n(:wat::core::def :m::c (:wat::core::i64::+ :b::x 1))",
        ),
        (
            "b.wat",
            "(:wat::core::def :b::x (:wat::core::i64::+ :m::a 1))\n(:wat::load-string! \"(:wat::core::def :s::y :b::x)\")\n(:wat::core::def :b::z :s::y)",
        ),
    ];
    let db = database(&files);
    assert_eq!(all(&db), Vec::<String>::new());
    let main = db.file("main.wat").expect("it was given");
    let names = value_names(&db, main);
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    assert_eq!(names, [":m::a", ":b::x", ":s::y", ":b::z", ":m::c"]);
}

#[test]
fn a_diamond_loads_each_source_once() {
    let files = [
        (
            "main.wat",
            "(:wat::load-file! \"l.wat\")(:wat::load-file! \"./x/../r.wat\")(:wat::load-string! \"(:wat::core::def :i::n 1)\")(:wat::load-string! \"(:wat::core::def :i::n 1)\")",
        ),
        (
            "l.wat",
            "(:wat::load-file! \"base.wat\")(:wat::load-string! \"(:wat::core::def :i::n 1)\")",
        ),
        ("r.wat", "(:wat::load-file! \"base.wat\")"),
        ("base.wat", "(:wat::core::def :base::n 1)"),
    ];
    assert_eq!(program(&files), Vec::<String>::new());
    let db = database(&files);
    assert_eq!(
        paths(&db, "main.wat"),
        ["base.wat", "l.wat#0", "l.wat", "r.wat", "main.wat"]
    );
}

#[test]
fn a_cycle_is_told_once_where_it_closes() {
    let two = [
        ("main.wat", "(:wat::load-file! \"z.wat\")"),
        ("z.wat", "(:wat::load-file! \"main.wat\")"),
    ];
    assert_eq!(program(&two), ["WAT5003 z.wat 1:19-1:29"]);
    let db = database(&two);
    let all = all(&db);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].contains("main.wat -> z.wat -> main.wat"), "{all:?}");
    let own = [("main.wat", "(:wat::load-file! \"./main.wat\")")];
    assert_eq!(program(&own), ["WAT5003 main.wat 1:19-1:31"]);
    let inline = [
        ("main.wat", "(:wat::load-file! \"z.wat\")"),
        (
            "z.wat",
            "(:wat::load-string! \"(:wat::load-file! \\\"z.wat\\\")\")",
        ),
    ];
    assert_eq!(program(&inline), ["WAT5003 z.wat 1:40-1:49"]);
}

#[test]
fn skipping_never_hides_a_cycle() {
    let files = [
        ("main.wat", "(:wat::load-file! \"a.wat\")"),
        (
            "a.wat",
            "(:wat::load-file! \"b.wat\")(:wat::load-file! \"b.wat\")",
        ),
        ("b.wat", "(:wat::load-file! \"a.wat\")"),
    ];
    assert_eq!(program(&files), ["WAT5003 b.wat 1:19-1:26"]);
}

#[test]
fn chains_and_webs_of_a_thousand_files_are_linear() {
    let chain: Vec<(String, String)> = (0..1_000)
        .map(|n| {
            let text = format!(
                "(:wat::load-file! \"f{}.wat\")(:wat::core::def :f{n}::x 1)",
                (n + 1) % 1_000
            );
            (format!("f{n}.wat"), text)
        })
        .collect();
    let found = all(&database(&chain));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("WAT5003") && found[0].contains("… 969 more …"));
    // Each file loads all later ones.
    let web: Vec<(String, String)> = (0..200)
        .map(|n| {
            let mut text = format!("(:wat::core::def :w{n}::x 1)");
            for m in n + 1..200 {
                let _ = write!(text, "(:wat::load-file! \"w{m}.wat\")");
            }
            (format!("w{n}.wat"), text)
        })
        .collect();
    assert_eq!(all(&database(&web)), Vec::<String>::new());
}

#[test]
fn an_inline_source_is_told_at_its_place_in_the_literal() {
    let text = "(:wat::load-string! \"(:wat::core::def :a::x \\\"\\u00e9\\\")\\n(:wat::core::def :a::y (:wat::core::i64::+ 1 \\\"no\\\"))\")";
    assert_eq!(spans(text), ["WAT3001 1:103-1:109"]);
    let nested =
        "(:wat::load-string! \"(:wat::load-string! \\\"(:wat::core::def :a::x (:a::none))\\\")\")";
    assert_eq!(spans(nested), ["WAT3201 1:68-1:76"]);
}

#[test]
fn a_fix_inside_a_literal_keeps_it_a_literal() {
    let text = "(:wat::load-string! \"(:wat::core::defn :a::f [x <- :wat::core::i64] :wat::core::i64 \\\"\\\")\")";
    let db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    let found = file_diagnostics(&db, main);
    let fix = found.iter().find_map(|found| found.fixes.first());
    let edit = &fix.expect("there is a fix").edits[0];
    assert_eq!(edit.file, main);
    assert_eq!(&*edit.insert, "-> ");
    assert_eq!(
        &text[usize::from(edit.range.start())..][..16],
        ":wat::core::i64 "
    );
}

#[test]
fn a_loaded_source_that_does_not_read_is_a_mistake_of_loading() {
    let files = [
        ("main.wat", "(:wat::load-file! \"lib.wat\")"),
        (
            "lib.wat",
            "(:wat::core::def :a::x 5x)\n(:wat::core::def :a::y",
        ),
    ];
    assert_eq!(
        program(&files),
        ["WAT5007 lib.wat 1:24-1:26", "WAT5007 lib.wat 2:1-2:2"]
    );
    // On its own it is an ordinary file.
    assert_eq!(spans(files[1].1), ["WAT1021 1:24-1:26", "WAT1030 2:1-2:2"]);
}

#[test]
fn diagnostics_of_a_library_say_how_it_was_loaded() {
    let db = database(&[
        ("main.wat", "(:wat::load-file! \"a.wat\")"),
        ("other.wat", "(:wat::load-file! \"lib.wat\")"),
        ("a.wat", "(:wat::load-file! \"lib.wat\")"),
        ("lib.wat", "(:wat::core::def :l::x (:l::none))"),
    ]);
    let lib = db.file("lib.wat").expect("it was given");
    let found = file_diagnostics(&db, lib);
    assert_eq!(
        found[0].notes,
        [
            "loaded through main.wat -> a.wat -> lib.wat",
            "in the program rooted at `main.wat`"
        ]
    );
}

#[test]
fn the_configured_entry_is_the_first_root() {
    let mut db = database(&[
        ("a.wat", "(:wat::load-file! \"lib.wat\")"),
        ("z.wat", "(:wat::load-file! \"lib.wat\")"),
        ("lib.wat", ""),
    ]);
    let lib = db.file("lib.wat").expect("it was given");
    assert_eq!(&*primary_root(&db, lib).path(&db), "a.wat");
    db.set_options(wat_analysis::Options {
        entry: Some("z.wat".into()),
        ..Default::default()
    });
    assert_eq!(&*primary_root(&db, lib).path(&db), "z.wat");
}

#[test]
fn the_host_says_why_there_is_no_source() {
    let text = "(:wat::load-file! \"a.wat\")\n(:wat::core::def :m::x (:a::f))";
    for (failure, code) in [
        (LoadFailure::NotFound, "WAT5002"),
        (LoadFailure::OutsideRoot("/root".into()), "WAT5004"),
        (
            LoadFailure::Unreadable("it is a directory".into()),
            "WAT5017",
        ),
        (LoadFailure::NotUtf8, "WAT5017"),
    ] {
        let mut db = database(&[("main.wat", text)]);
        let main = db.file("main.wat").expect("it was given");
        let target = &load_targets(&db, main)[0];
        assert!(target.file.is_none() && !target.refused);
        db.set_found([(target.path.clone(), Err(failure))]);
        assert!(load_targets(&db, main)[0].refused);
        let found = file_diagnostics(&db, main);
        let codes: Vec<String> = found.iter().map(|found| found.code.to_string()).collect();
        assert_eq!(codes, [code]);
        // A file that appears takes the refusal away.
        db.set_file("a.wat", SourceText::new(""), FileKind::Open);
        assert!(load_targets(&db, main)[0].file.is_some());
    }
}

#[test]
fn several_paths_of_one_file_are_one_source() {
    let mut db = database(&[
        (
            "main.wat",
            "(:wat::load-file! \"link.wat\")(:wat::load-file! \"real.wat\")",
        ),
        ("real.wat", "(:wat::core::def :r::x 1)"),
    ]);
    db.set_found([("link.wat".into(), Ok("real.wat".into()))]);
    assert_eq!(paths(&db, "main.wat"), ["real.wat", "main.wat"]);
    assert_eq!(all(&db), Vec::<String>::new());
}

const TWO: &str = "(:wat::core::def :lib::two 2)";
const TWO_ADDRESS: &str = "b3:33e97d21fea62f3b033223db48ba7e32ecaaaaff63cd3808ea4a910799e702f4";
const TWO_SIGNATURE: &str =
    "qGL12GklFuqcHSCO5GSqFJNUV79jJ9anc30/C7TX+34XnfmgE23MUwA/1cgm5pK7i6VVIAKkpUpdQzuguHI7Ag==";
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[test]
fn verified_files_are_used_only_if_they_verify() {
    let main = format!(
        "(:wat::digest-load! \"two.wat\" :wat::verify::address-blake3 :wat::verify::string \"{TWO_ADDRESS}\")\n\
         (:wat::signed-load! \"two.wat\" :wat::verify::signed-ed25519 :wat::verify::string \"{TWO_SIGNATURE}\" :wat::verify::string \"{KEY}\")\n\
         (:wat::core::def :m::x :lib::two)"
    );
    let relaid = "(:wat::core::def\n  :lib::two ; a comment\n  2)";
    for text in [TWO, relaid] {
        assert_eq!(
            program(&[("main.wat", &main), ("two.wat", text)]),
            Vec::<String>::new()
        );
    }
    // Changed code: both are told, the value of the library is excused.
    assert_eq!(
        program(&[
            ("main.wat", &main),
            ("two.wat", "(:wat::core::def :lib::two 3)")
        ]),
        ["WAT5012 main.wat 1:81-1:150", "WAT5014 main.wat 2:81-2:171"]
    );
    // What does not read cannot be verified: it contributes nothing, and the mistake in it is told.
    assert_eq!(
        program(&[
            ("main.wat", &main),
            ("two.wat", "(:wat::core::def :lib::two 2) 5x")
        ])[0],
        "WAT5007 two.wat 1:31-1:33"
    );
}

#[test]
fn verification_runs_for_a_source_that_is_loaded_already() {
    let digest = "0".repeat(64);
    let main = format!(
        "(:wat::load-file! \"two.wat\")\n(:wat::digest-load! \"two.wat\" :wat::verify::digest-sha256 :wat::verify::string \"{digest}\")"
    );
    assert_eq!(
        program(&[("main.wat", &main), ("two.wat", TWO)]),
        ["WAT5011 main.wat 2:80-2:146"]
    );
}

#[test]
fn payloads_come_from_files() {
    let text = format!(
        "(:wat::signed-load-string! \"{TWO}\" :wat::verify::signed-ed25519 :wat::verify::file-path \"keys/two.sig\" :wat::verify::file-path \"../k.pub\")"
    );
    let mut db = database(&[("lib/main.wat", text.as_str())]);
    let main = db.file("lib/main.wat").expect("it was given");
    let wanted = payload_targets(&db, main);
    assert_eq!(
        wanted.iter().map(|path| &**path).collect::<Vec<_>>(),
        ["lib/keys/two.sig", "k.pub"]
    );
    let codes = |db: &RootDatabase| -> Vec<String> {
        let found = file_diagnostics(db, main);
        found.iter().map(|found| found.code.to_string()).collect()
    };
    assert_eq!(codes(&db), ["WAT5008"]);
    let give = |db: &mut RootDatabase, signature: &str| {
        let padded: Arc<str> = format!("\n {signature}\n").into();
        db.set_payloads([
            (wanted[0].clone(), Ok(padded)),
            (wanted[1].clone(), Ok(KEY.into())),
        ]);
    };
    give(&mut db, TWO_SIGNATURE);
    assert_eq!(codes(&db), Vec::<String>::new());
    give(&mut db, "AAAA");
    assert_eq!(codes(&db), ["WAT5013"]);
    db.set_payloads([(wanted[1].clone(), Err(LoadFailure::NotUtf8))]);
    assert_eq!(codes(&db), ["WAT5008"]);
}
