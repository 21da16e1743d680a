//! The code policy of a project (chapter 08 §4.3): WAT5015 and WAT5016.

use wat_analysis::{Options, Require};

use crate::support::{all, database};

const TWO: &str = "(:wat::core::def :lib::two 2)";
const TWO_ADDRESS: &str = "b3:33e97d21fea62f3b033223db48ba7e32ecaaaaff63cd3808ea4a910799e702f4";
const TWO_SIGNATURE: &str =
    "qGL12GklFuqcHSCO5GSqFJNUV79jJ9anc30/C7TX+34XnfmgE23MUwA/1cgm5pK7i6VVIAKkpUpdQzuguHI7Ag==";
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The codes and places of what is told when `two.wat` is loaded like this, and its name used.
fn told(load: &str, require: Require, keys: Option<&[&str]>) -> Vec<String> {
    let main = format!("{load}\n(:wat::core::def :m::x :lib::two)");
    let mut db = database(&[("main.wat", main.as_str()), ("two.wat", TWO)]);
    db.set_options(Options {
        require,
        trusted_keys: keys.map(|keys| keys.iter().map(|&key| key.into()).collect()),
        ..Options::default()
    });
    let found = all(&db);
    let short = |line: &String| line.split(' ').take(4).collect::<Vec<_>>().join(" ");
    found.iter().map(short).collect()
}

fn plain() -> String {
    "(:wat::load-file! \"two.wat\")".to_owned()
}

fn addressed() -> String {
    format!(
        "(:wat::digest-load! \"two.wat\" :wat::verify::address-blake3 :wat::verify::string \"{TWO_ADDRESS}\")"
    )
}

fn signed() -> String {
    format!(
        "(:wat::signed-load! \"two.wat\" :wat::verify::signed-ed25519 :wat::verify::string \"{TWO_SIGNATURE}\"\n:wat::verify::string \"{KEY}\")"
    )
}

const AT_PATH: &str = "WAT5016 Error main.wat 1:19-1:28";

#[test]
fn files_are_verified_as_the_project_requires() {
    let none: [&str; 0] = [];
    let inline = "(:wat::load-string! \"(:wat::core::def :lib::two 2)\")";
    for load in [&plain(), &addressed(), &signed(), inline] {
        assert_eq!(told(load, Require::Nothing, None), none, "{load}");
    }
    assert_eq!(told(&plain(), Require::Digest, None), [AT_PATH]);
    for load in [&addressed(), &signed(), inline] {
        assert_eq!(told(load, Require::Digest, None), none, "{load}");
    }
    let keys: &[&str] = &[OTHER, KEY];
    assert_eq!(told(&plain(), Require::Signature, Some(keys)), [AT_PATH]);
    assert_eq!(
        told(&addressed(), Require::Signature, Some(keys)),
        ["WAT5016 Error main.wat 1:21-1:30"]
    );
    assert_eq!(told(&signed(), Require::Signature, Some(keys)), none);
    assert_eq!(told(inline, Require::Signature, Some(keys)), none);
    // Without a keyring nothing is trusted.
    assert_eq!(
        told(&signed(), Require::Signature, None),
        ["WAT5016 Error main.wat 1:21-1:30"]
    );
}

#[test]
fn a_valid_signature_of_another_key_is_not_trusted() {
    let at_key = "WAT5015 Error main.wat 2:22-2:68";
    for require in [Require::Nothing, Require::Digest, Require::Signature] {
        assert_eq!(told(&signed(), require, Some(&[OTHER])), [at_key]);
        assert_eq!(told(&signed(), require, Some(&[])), [at_key]);
    }
    assert_eq!(
        told(&signed(), Require::Nothing, Some(&[KEY])),
        [""; 0],
        "the key is trusted"
    );
}

#[test]
fn the_fix_writes_the_digest_of_the_source_as_it_is() {
    let main = plain();
    let mut db = database(&[("main.wat", main.as_str()), ("two.wat", TWO)]);
    db.set_options(Options {
        require: Require::Digest,
        ..Options::default()
    });
    let file = db.file("main.wat").expect("it was given");
    let found = wat_analysis::file_diagnostics(&db, file);
    let mut text = main;
    for edit in found[0].fixes[0].edits.iter().rev() {
        text.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
    }
    assert_eq!(told(&text, Require::Digest, None), [""; 0], "{text}");
}
