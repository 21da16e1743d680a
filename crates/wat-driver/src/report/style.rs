//! Colour, width and character set of human output.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

/// The value of `--color`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorChoice {
    /// Colour if the stream is a terminal and the environment does not object.
    #[default]
    Auto,
    /// Colour.
    Always,
    /// No colour.
    Never,
}

impl ColorChoice {
    /// The choice of this name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            _ => None,
        }
    }

    /// Whether a stream gets colour.
    pub fn resolve(self, is_terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let forced = ["FORCE_COLOR", "CLICOLOR_FORCE"]
                    .iter()
                    .any(|name| set(name).is_some_and(|value| value != "0"));
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                forced || (is_terminal && set("NO_COLOR").is_none() && !dumb)
            }
        }
    }
}

/// How text output looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Box-drawing characters; ASCII otherwise.
    pub unicode: bool,
    /// Columns available.
    pub width: usize,
}

impl Style {
    /// Plain Unicode text of a fixed width.
    pub const PLAIN: Self = Self {
        color: false,
        unicode: true,
        width: 120,
    };

    /// The style for a stream of this process.
    pub fn for_stream(stream: &(impl IsTerminal + AsFd), color: ColorChoice) -> Self {
        let is_terminal = stream.is_terminal();
        Self {
            color: color.resolve(is_terminal),
            unicode: locale_is_utf8(),
            width: if is_terminal {
                terminal_width(stream)
            } else {
                Self::PLAIN.width
            },
        }
    }
}

/// Columns of the terminal behind a stream, at least 40.
pub fn terminal_width(stream: impl AsFd) -> usize {
    let columns = match tcgetwinsize(stream) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .unwrap_or(Style::PLAIN.width),
    };
    columns.clamp(40, 1000)
}

/// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set decides.
fn locale_is_utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
        .is_some_and(|locale| names_utf8(&locale))
}

fn names_utf8(locale: &OsStr) -> bool {
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}
