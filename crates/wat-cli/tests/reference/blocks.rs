//! Executable blocks: fences with their kind, options and companions.

use super::fences::{Fence, fences};

/// What must hold for a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not run; it must read, unless it contains `…`.
    Fragment,
    /// A program that ends with this exit status.
    Run { exit: i32 },
    /// Checking reports exactly these errors.
    Reject(Vec<String>),
    /// Checking reports no error and exactly this warning.
    Warn(String),
    /// Linting reports this code.
    Lint(String),
    /// A test file.
    Test,
    /// A source that formatting turns into the companion.
    FmtInput,
    /// A source that formatting leaves alone.
    FmtOutput,
    /// Forms with expectation comments.
    Doctest,
}

/// One executable block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// File name of the chapter.
    pub chapter: String,
    /// Heading it stands under.
    pub heading: String,
    /// 1-based position among the blocks under headings of that text.
    pub ordinal: usize,
    /// 1-based line of its fence.
    pub line: usize,
    /// The info string.
    pub info: String,
    /// What must hold.
    pub kind: Kind,
    /// Runs with raw spawn verbs allowed.
    pub raw: bool,
    /// Is skipped.
    pub ignore: bool,
    /// The source.
    pub text: String,
    /// `text stdout`.
    pub stdout: Option<String>,
    /// `text stderr-contains`.
    pub stderr: Option<String>,
    /// `text spans`.
    pub spans: Option<String>,
    /// `wat fixed`.
    pub fixed: Option<String>,
    /// `text test-report`.
    pub report: Option<String>,
    /// `wat fmt-output`.
    pub formatted: Option<String>,
}

impl Block {
    /// Names the block without its line, so that the name survives edits elsewhere in the chapter.
    pub fn key(&self) -> String {
        format!(
            "{} | {} | {} | {}",
            self.chapter, self.heading, self.ordinal, self.info
        )
    }
}

/// The blocks of one chapter in order, or everything that is wrong with its info strings.
pub fn blocks(chapter: &str, markdown: &str) -> Result<Vec<Block>, Vec<String>> {
    let mut reader = Reader::default();
    let fences = fences(markdown).map_err(|e| vec![format!("{chapter}: {e}")])?;
    for fence in fences {
        let line = fence.line;
        if let Err(problem) = reader.take(chapter, fence) {
            reader.problems.push(format!("{chapter}:{line}: {problem}"));
        }
    }
    if reader.problems.is_empty() {
        Ok(reader.blocks)
    } else {
        Err(reader.problems)
    }
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The block that a companion would belong to.
    primary: Option<usize>,
    problems: Vec<String>,
}

impl Reader {
    fn take(&mut self, chapter: &str, fence: Fence) -> Result<(), String> {
        if !fence.adjoins {
            self.primary = None;
        }
        let words: Vec<&str> = fence.info.split_whitespace().collect();
        match words[..] {
            [
                "text",
                "stdout" | "stderr-contains" | "spans" | "test-report",
            ]
            | ["wat", "fixed"] => self.attach(words[1], fence.text),
            ["wat", "fmt-output"] if self.expects_output() => {
                self.attach("fmt-output", fence.text.clone())?;
                let input = self.primary;
                self.add(chapter, fence, Kind::FmtOutput, &[])?;
                self.primary = input;
                Ok(())
            }
            ["wat"] => self.add(chapter, fence, Kind::Fragment, &[]),
            ["wat", kind, ref options @ ..] => {
                let options: Vec<String> = options.iter().map(|&o| o.to_owned()).collect();
                self.add(chapter, fence.clone(), kind_of(kind)?, &options)
            }
            [first, ..] if first.starts_with("wat") => Err(format!("unknown word `{first}`")),
            _ => {
                self.primary = None;
                Ok(())
            }
        }
    }

    fn expects_output(&self) -> bool {
        self.primary.is_some_and(|at| {
            self.blocks[at].kind == Kind::FmtInput && self.blocks[at].formatted.is_none()
        })
    }

    fn add(
        &mut self,
        chapter: &str,
        fence: Fence,
        mut kind: Kind,
        options: &[String],
    ) -> Result<(), String> {
        let (mut raw, mut ignore) = (false, false);
        for option in options {
            match (option.as_str(), &mut kind) {
                ("raw", _) => raw = true,
                ("ignore", _) => ignore = true,
                (word, Kind::Run { exit }) if word.starts_with("exit=") => {
                    let status = word["exit=".len()..].parse();
                    *exit = status.map_err(|_| format!("bad status `{word}`"))?;
                }
                (word, _) => return Err(format!("unknown word `{word}`")),
            }
        }
        let same = |b: &&Block| b.heading == fence.heading;
        let ordinal = self.blocks.iter().filter(same).count() + 1;
        self.primary = Some(self.blocks.len());
        self.blocks.push(Block {
            chapter: chapter.to_owned(),
            heading: fence.heading,
            ordinal,
            line: fence.line,
            info: fence.info,
            kind,
            raw,
            ignore,
            text: fence.text,
            stdout: None,
            stderr: None,
            spans: None,
            fixed: None,
            report: None,
            formatted: None,
        });
        Ok(())
    }

    fn attach(&mut self, word: &str, text: String) -> Result<(), String> {
        let Some(at) = self.primary else {
            return Err(format!("`{word}` is a companion without a block before it"));
        };
        let block = &mut self.blocks[at];
        let (slot, fits) = match (word, &block.kind) {
            ("stdout", Kind::Run { .. }) => (&mut block.stdout, true),
            ("stderr-contains", Kind::Run { .. }) => (&mut block.stderr, true),
            ("spans", Kind::Reject(_) | Kind::Warn(_) | Kind::Lint(_)) => (&mut block.spans, true),
            ("fixed", Kind::Reject(_) | Kind::Warn(_) | Kind::Lint(_)) => (&mut block.fixed, true),
            ("test-report", Kind::Test) => (&mut block.report, true),
            ("fmt-output", Kind::FmtInput) => (&mut block.formatted, true),
            _ => (&mut block.stdout, false),
        };
        if !fits {
            return Err(format!("`{word}` does not go with `{}`", block.info));
        }
        if slot.replace(text).is_some() {
            return Err(format!("a second `{word}` for the same block"));
        }
        Ok(())
    }
}

/// The kind that the word after `wat` names.
fn kind_of(word: &str) -> Result<Kind, String> {
    let codes = |list: &str| -> Result<Vec<String>, String> {
        list.split(',')
            .map(|code| match code.strip_prefix("WAT") {
                Some(digits) if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                    Ok(code.to_owned())
                }
                _ => Err(format!("`{code}` is no diagnostic code")),
            })
            .collect()
    };
    let one = |list: &str| match codes(list)?.as_slice() {
        [code] => Ok(code.clone()),
        _ => Err(format!("`{list}` must be one code")),
    };
    let kind = match word.split_once('=') {
        None => match word {
            "run" => Kind::Run { exit: 0 },
            "test" => Kind::Test,
            "fmt-input" => Kind::FmtInput,
            "fmt-output" => Kind::FmtOutput,
            "doctest" => Kind::Doctest,
            _ => return Err(format!("unknown word `{word}`")),
        },
        Some(("reject", list)) => Kind::Reject(codes(list)?),
        Some(("warn", list)) => Kind::Warn(one(list)?),
        Some(("lint", list)) => Kind::Lint(one(list)?),
        Some(_) => return Err(format!("unknown word `{word}`")),
    };
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(markdown: &str) -> Block {
        let mut found = blocks("c.md", markdown).unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    fn problem(markdown: &str) -> String {
        blocks("c.md", markdown).unwrap_err().join("\n")
    }

    #[test]
    fn a_run_block_takes_its_companions() {
        let block = one(
            "## H\n```wat run exit=2 raw\n(a)\n```\n\n```text stdout\n1\n```\n```text stderr-contains\nboom\n```\n",
        );
        assert_eq!(block.kind, Kind::Run { exit: 2 });
        assert!(block.raw && !block.ignore);
        assert_eq!(block.stdout.as_deref(), Some("1\n"));
        assert_eq!(block.stderr.as_deref(), Some("boom\n"));
        assert_eq!(block.key(), "c.md | H | 1 | wat run exit=2 raw");
    }

    #[test]
    fn a_reject_block_lists_codes() {
        let block = one("```wat reject=WAT4006,WAT4007 ignore\n(a)\n```\n");
        assert_eq!(
            block.kind,
            Kind::Reject(vec!["WAT4006".to_owned(), "WAT4007".to_owned()])
        );
        assert!(block.ignore);
    }

    #[test]
    fn a_formatted_block_is_also_a_block_of_its_own() {
        let found = blocks(
            "c.md",
            "```wat fmt-input\n(a )\n```\n```wat fmt-output\n(a)\n```\n",
        )
        .unwrap();
        assert_eq!(found[0].formatted.as_deref(), Some("(a)\n"));
        assert_eq!(found[1].kind, Kind::FmtOutput);
    }

    #[test]
    fn ordinals_count_within_a_heading() {
        let text = "# A\n```wat\n```\n```wat run\n```\n# B\n```wat\n```\n";
        let found = blocks("c.md", text).unwrap();
        let shown: Vec<_> = found.iter().map(|b| (&*b.heading, b.ordinal)).collect();
        assert_eq!(shown, [("A", 1), ("A", 2), ("B", 1)]);
    }

    #[test]
    fn other_languages_are_illustrations() {
        assert_eq!(
            blocks("c.md", "```edn\n```\n```text\n```\n```\n```\n").unwrap(),
            []
        );
    }

    #[test]
    fn unknown_words_and_stray_companions_are_problems() {
        assert_eq!(problem("```wat walk\n```\n"), "c.md:1: unknown word `walk`");
        assert_eq!(
            problem("```wat run fast\n```\n"),
            "c.md:1: unknown word `fast`"
        );
        assert_eq!(
            problem("```wat reject=WAT1\n```\n"),
            "c.md:1: `WAT1` is no diagnostic code"
        );
        assert_eq!(
            problem("```wat run\n```\nprose\n```text stdout\n```\n"),
            "c.md:4: `stdout` is a companion without a block before it"
        );
        assert_eq!(
            problem("```wat run\n```\n```text spans\n```\n"),
            "c.md:3: `spans` does not go with `wat run`"
        );
        assert_eq!(
            problem("```wat run\n```\n```text stdout\n```\n```text stdout\n```\n"),
            "c.md:5: a second `stdout` for the same block"
        );
    }
}
