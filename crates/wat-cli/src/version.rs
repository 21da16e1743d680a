//! `wat --version`.

use serde_json::json;

use crate::args::{Format, Global};
use crate::{exit, output};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn print(global: &Global) -> i32 {
    let text = match global.format {
        Some(Format::Json) => {
            let record = json!({
                "version": VERSION,
                "commit": option_env!("WAT_COMMIT"),
                "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
                "features": [],
                "protocols": { "lsp": "3.17" },
            });
            format!("{record}\n")
        }
        _ => format!("wat {VERSION}\n"),
    };
    output::result(text.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}
