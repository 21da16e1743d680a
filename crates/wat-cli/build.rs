//! How the release binary is linked where the linker is the one that the toolchain brings (x86-64 Linux): in the order in
//! which a start needs its functions (`start-order.txt`), so that what a small program touches lies side by side instead
//! of in every other page; and with relocations that take a thirtieth of the room (`DT_RELR`), where the C library knows
//! them, because all of them are read at every start. Elsewhere, and with flags of another linker, it is linked as ever.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const ORDER: &str = "start-order.txt";
/// The first release of the C library that knows packed relocations.
const PACKED_SINCE: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ORDER}");
    let is = |variable: &str, wanted: &str| env::var(variable).is_ok_and(|value| value == wanted);
    let ours = is("PROFILE", "release")
        && is("TARGET", "x86_64-unknown-linux-gnu")
        && is("HOST", "x86_64-unknown-linux-gnu")
        && env::var_os("RUSTC_LINKER").is_none()
        && !env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    if !ours {
        return;
    }
    if c_library().is_some_and(|version| version >= PACKED_SINCE) {
        println!("cargo::rustc-link-arg-bin=wat=-Wl,-z,pack-relative-relocs");
    }
    let order = fs::read_to_string(ORDER).unwrap_or_default();
    // A name that is not there any more is nothing to the linker.
    let mut script = String::from("SECTIONS {\n.text.start : {\n");
    for name in order.lines() {
        // A name may have characters that mean something in a script.
        let _ = writeln!(script, "*(.text.{}*)", name.replace('$', "?"));
    }
    script.push_str("}\n} INSERT BEFORE .text;\n");
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    let path = Path::new(&out).join("start.ld");
    match fs::write(&path, script) {
        Ok(()) => println!("cargo::rustc-link-arg-bin=wat=-Wl,-T,{}", path.display()),
        Err(error) => println!("cargo::warning=functions are not ordered: {error}"),
    }
}

/// The release of the C library here: `glibc 2.36` is (2, 36).
fn c_library() -> Option<(u32, u32)> {
    let asked = Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
        .ok()?;
    let said = String::from_utf8(asked.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
