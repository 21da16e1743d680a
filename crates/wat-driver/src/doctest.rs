//! Examples in docstrings and Markdown (chapter 09 §9.13.2): finding them, and the program that each of them is.

mod fences;
mod mapped;
mod wants;
mod words;

use wat_analysis::{Severity, SourceText};
use wat_syntax::{TextRange, cut, parse};

use mapped::Mapped;
use wants::want;

pub use fences::{DocWarning, docstring_examples, markdown_examples, markdown_warnings};
pub use mapped::DocPlace;

/// What a comment behind a form requires of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocWant {
    /// `;=> EXPR`: the form equals the expression.
    Equals(String),
    /// `;=> _`: the form does not fail.
    Evaluates,
    /// `;out> TEXT`: a line that the form prints.
    Prints(String),
    /// `;!! "TEXT"`: the form fails with a text.
    Fails(String),
    /// `;!! WATnnnn`: the form is rejected.
    Rejected(u16),
}

/// A form of an example, with what is required of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocStep {
    /// The text of the form.
    pub form: String,
    /// Where it stands.
    pub place: DocPlace,
    /// The requirements, with the places of their comments.
    pub wants: Vec<(DocPlace, DocWant)>,
}

/// Why an example cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocFault {
    /// Where.
    pub place: DocPlace,
    /// WAT2913, WAT2914, or WAT8911 for forms that do not read.
    pub code: u16,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// An example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocBlock {
    /// `L12` in Markdown, `:name/doc1` in a docstring.
    pub name: String,
    /// Its fence, with what stands behind it.
    pub place: DocPlace,
    /// The forms, in order.
    pub steps: Vec<DocStep>,
    /// Why it cannot be run: the first reason.
    pub fault: Option<DocFault>,
    /// Is it not run?
    pub is_ignored: bool,
}

const DEFINERS: [&str; 19] = [
    ":wat::core::def",
    ":wat::core::defn",
    ":wat::core::define",
    ":wat::core::defmacro",
    ":wat::core::struct",
    ":wat::core::struct-restricted",
    ":wat::core::enum",
    ":wat::core::enum-restricted",
    ":wat::core::newtype",
    ":wat::core::typealias",
    ":wat::core::def-restricted",
    ":wat::core::defn-restricted",
    ":wat::core::defalias",
    ":wat::core::define-dispatch",
    ":wat::core::use!",
    ":wat::runtime::define-alias",
    ":wat::kwargs::auto-kwargs",
    ":wat::kwargs::define-with-kwargs",
    ":wat::load-file!",
];

/// Where the functions of the forms stand.
const PREFIX: &str = ":doctest::step";

impl DocStep {
    /// Is it a declaration, and no expression?
    pub fn declares(&self) -> bool {
        let head = self.form.trim_start_matches('(');
        let end = head.find(|c: char| c.is_whitespace() || c == ')');
        DEFINERS.contains(&&head[..end.unwrap_or(head.len())])
    }

    /// The code with which it is rejected, if that is what is required.
    pub fn rejected(&self) -> Option<(DocPlace, u16)> {
        self.wants.iter().find_map(|(place, want)| match want {
            DocWant::Rejected(code) => Some((*place, *code)),
            _ => None,
        })
    }

    /// As top-level text; an expression as a function of the n-th step.
    fn as_text(&self, index: usize) -> String {
        if self.declares() {
            return self.form.clone();
        }
        let form = &self.form;
        let body = match self.wants.iter().find_map(|(_, want)| match want {
            DocWant::Equals(expected) => Some(expected),
            _ => None,
        }) {
            Some(expected) => format!("(:wat::test::assert-eq\n{form}\n{expected})"),
            None => format!("(:wat::core::let [_value\n{form}] :wat::core::nil)"),
        };
        format!("(:wat::core::defn {PREFIX}{index} [] -> :wat::core::nil\n{body})")
    }
}

impl DocBlock {
    /// The name of the function of a step.
    pub fn function(index: usize) -> String {
        format!("{PREFIX}{index}")
    }

    /// The steps as a program, without those that are rejected, and for each step its first line.
    pub fn program(&self) -> (String, Vec<(u32, usize)>) {
        let (mut text, mut starts, mut line) = (String::new(), Vec::new(), 1);
        for (index, step) in self.steps.iter().enumerate() {
            if step.rejected().is_some() {
                continue;
            }
            let part = step.as_text(index);
            starts.push((line, index));
            line += part.matches('\n').count() as u32 + 1;
            text.push_str(&part);
            text.push('\n');
        }
        (text, starts)
    }

    /// The program that a step which must be rejected makes of those before it.
    pub fn rejected_program(&self, index: usize) -> String {
        let before = self.steps[..index].iter().filter(|step| step.declares());
        let before: Vec<&str> = before
            .filter(|step| step.rejected().is_none())
            .map(|step| step.form.as_str())
            .collect();
        format!(
            "{}\n{}\n",
            before.join("\n"),
            self.steps[index].as_text(index)
        )
    }
}

/// The end of the next form, of all that stands in front of it, or of the text.
fn gap_end(text: &str, ranges: &[TextRange], index: usize) -> usize {
    ranges
        .get(index)
        .map_or(text.len(), |range| range.start().into())
}

/// The comments inside a form.
fn comments(form: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = form.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                b';' => {
                    let from = at;
                    let end = form[from..].find('\n').map_or(form.len(), |end| from + end);
                    at = end;
                    return Some((from, from + form[from..end].trim_end().len()));
                }
                b'"' => {
                    at += 1;
                    while at < bytes.len() && bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    })
}

/// Reads the text of a block.
fn block(name: String, place: DocPlace, text: &Mapped, is_ignored: bool) -> DocBlock {
    let source = SourceText::new(text.text());
    let read = cut(&source);
    let ranges: Vec<TextRange> = read.forms.iter().map(|form| form.range).collect();
    let mut found = DocBlock {
        name,
        place,
        steps: Vec::new(),
        fault: None,
        is_ignored,
    };
    let mut faults = Vec::new();
    let mut start = 0;
    for index in 0..=ranges.len() {
        let end = gap_end(text.text(), &ranges, index);
        found.requirements(text, start, end, &mut faults);
        let Some(&range) = ranges.get(index) else {
            break;
        };
        start = range.end().into();
        faults.extend(comments(&text.text()[range]).filter_map(|(from, to)| {
            let comment = &text.text()[end + from..end + to];
            want(comment).map(|_| DocFault {
                place: text.place(end + from, end + to),
                code: 2914,
                message: "the comment stands inside a form, and behind none".to_owned(),
            })
        }));
        found.steps.push(DocStep {
            form: text.text()[range].to_owned(),
            place: text.place(end, start),
            wants: Vec::new(),
        });
    }
    for error in parse(&source).errors() {
        let at = ranges
            .iter()
            .position(|range| range.contains_inclusive(error.range.start()));
        let is_meant = at.is_some_and(|at| found.steps[at].rejected().is_some());
        if error.severity == Severity::Error && !is_meant {
            let (start, end) = (error.range.start().into(), error.range.end().into());
            faults.push(DocFault {
                place: text.place(start, end),
                code: 8911,
                message: format!("{}: {}", error.code, error.message),
            });
        }
    }
    found.fault = faults.into_iter().next();
    found
}

impl DocBlock {
    /// Reads the comments between two forms: they are about the last step so far.
    fn requirements(
        &mut self,
        text: &Mapped,
        start: usize,
        end: usize,
        faults: &mut Vec<DocFault>,
    ) {
        let mut at = start;
        for part in text.text()[start..end].split_inclusive('\n') {
            let from = at + part.find(';').unwrap_or(part.len());
            at += part.len();
            let comment = text.text()[from..at].trim_end();
            let place = text.place(from, from + comment.len());
            let problem = match want(comment) {
                None => continue,
                Some(Err(problem)) => problem,
                Some(Ok(want)) => match self.steps.last_mut() {
                    None => "the comment stands behind no form".to_owned(),
                    Some(step) if step.declares() && want.is_about_a_value() => {
                        "a declaration has no value, prints nothing and does not fail when it is called".to_owned()
                    }
                    Some(step) => {
                        step.wants.push((place, want));
                        continue;
                    }
                },
            };
            faults.push(DocFault {
                place,
                code: 2914,
                message: problem,
            });
        }
    }
}

impl DocWant {
    /// Is it about what comes of an evaluation?
    fn is_about_a_value(&self) -> bool {
        !matches!(self, DocWant::Evaluates | DocWant::Rejected(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is required of a step, with the lines of the comments.
    fn lines(step: &DocStep) -> Vec<(u32, DocWant)> {
        let wants = step.wants.iter();
        wants
            .map(|(place, want)| (place.line, want.clone()))
            .collect()
    }

    /// The fault of the only example, as `line:col code`.
    fn fault(text: &str) -> Option<String> {
        let found = markdown_examples(text);
        let fault = found[0].fault.as_ref()?;
        Some(format!(
            "{}:{} {}",
            fault.place.line, fault.place.col, fault.code
        ))
    }

    #[test]
    fn blocks_of_markdown_have_steps_with_what_they_want() {
        let text = "# T\n\n```wat\n(a)\n```\n```wat doctest\n(:wat::core::def :a::x 1)\n(f 1) ;=> 2\n(g)\n;out> \"x\"\n;out> y\n(h) ;!! \"no\"\n(i) ;!! WAT3001\n(j)\n```\n";
        let found = markdown_examples(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].place.line), ("L6", 6));
        let steps: Vec<_> = found[0]
            .steps
            .iter()
            .map(|it| (&*it.form, it.place.line))
            .collect();
        assert_eq!(
            steps,
            [
                ("(:wat::core::def :a::x 1)", 7),
                ("(f 1)", 8),
                ("(g)", 9),
                ("(h)", 12),
                ("(i)", 13),
                ("(j)", 14)
            ]
        );
        let wants = |index: usize| lines(&found[0].steps[index]);
        assert_eq!(wants(1), [(8, DocWant::Equals("2".to_owned()))]);
        assert_eq!(
            wants(2),
            [
                (10, DocWant::Prints("\"x\"".to_owned())),
                (11, DocWant::Prints("y".to_owned()))
            ]
        );
        assert_eq!(wants(3), [(12, DocWant::Fails("no".to_owned()))]);
        assert_eq!(wants(4), [(13, DocWant::Rejected(3001))]);
        assert!(found[0].steps[0].declares() && !found[0].steps[1].declares());
    }

    #[test]
    fn blocks_of_docstrings_stand_where_their_text_stands() {
        let text = "; c\n(:wat::core::defn :a::f<T> [s <- :T]\n  -> :T\n  \"Says \\\"s\\\".\n\n   ```wat\n   (:a::f \\\"x\\\") ;=> \\\"x\\\"\n   ;!! \n   ```\"\n  (g \"```wat\"))\n";
        let found = docstring_examples(text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].place.line),
            (":a::f/doc1", 6)
        );
        assert_eq!(found[0].steps[0].form, "(:a::f \"x\")");
        assert_eq!(
            lines(&found[0].steps[0]),
            [(7, DocWant::Equals("\"x\"".to_owned()))]
        );
        assert_eq!(found[0].fault.as_ref().map(|it| it.place.line), Some(8));
    }

    #[test]
    fn a_comment_that_requires_nothing_is_a_fault() {
        for (line, column) in [
            (";=> 1\n(f)", Some("2:1 2914")),
            ("(f) ;=>", Some("2:5 2914")),
            ("(f) ;=> 2 3", Some("2:5 2914")),
            ("(f)  ;=> )", Some("2:6 2914")),
            ("(f) ;=> (g", Some("2:5 2914")),
            ("(f) ;!! WAT30", Some("2:5 2914")),
            ("(f) ;!! no", Some("2:5 2914")),
            ("(f) ;!! \"a\" \"b\"", Some("2:5 2914")),
            ("(:wat::core::def :a::x 1) ;=> 1", Some("2:27 2914")),
            ("(f (g", Some("2:1 8911")),
            ("(f (g ;!! WAT1030", None),
            ("(f) ;=> 2 ; the answer", None),
            ("(f) ;=> _ ; fine", None),
            ("(f) ;!! WAT3001 ; no", None),
            ("(f) ;!! \"a\" ; no", None),
            ("(f) ; says ;=> )", None),
            ("(f\n  (g) ;=> 2\n  1)", Some("3:7 2914")),
            ("(f ;out> x\n) ;=> 1", Some("2:4 2914")),
            ("(f ;!! WAT3001\n  1)", Some("2:4 2914")),
            ("(f ; a comment\n \";=> 2\" \"\\\";=> 2\") ;=> 2", None),
        ] {
            let text = format!("```wat doctest\n{line}\n```\n");
            assert_eq!(fault(&text).as_deref(), column, "{line}");
        }
    }

    #[test]
    fn what_stands_behind_an_expectation_is_no_part_of_it() {
        let text = "```wat doctest\n(f) ;=> (g 1) ; the answer )\n(f) ;!! \"a;\\\"b\" ; c\n```\n";
        let found = markdown_examples(text);
        assert_eq!(
            lines(&found[0].steps[0]),
            [(2, DocWant::Equals("(g 1)".to_owned()))]
        );
        assert_eq!(
            lines(&found[0].steps[1]),
            [(3, DocWant::Fails("a;\"b".to_owned()))]
        );
    }

    #[test]
    fn comments_are_found_behind_escapes_and_indentation() {
        let text = "(:wat::core::defn :a::f []\n  \"One.\\n\\n```wat\\n(f \\\"\u{e9}\\\") ;=> 1\n   (g)  ;=> 2\n   ```\")\n";
        let found = docstring_examples(text);
        let places: Vec<_> = found[0]
            .steps
            .iter()
            .map(|step| {
                let want = step.wants[0].0;
                (
                    step.place.line,
                    step.place.col,
                    want.line,
                    want.col,
                    want.end_col,
                )
            })
            .collect();
        assert_eq!(places, [(2, 20, 2, 30, 35), (3, 4, 3, 9, 14)]);
        assert_eq!((found[0].place.line, found[0].place.col), (2, 12));
    }

    #[test]
    fn indented_code_is_no_fenced_block() {
        const NONE: [u32; 0] = [];
        let lines = |text: &str| -> Vec<u32> {
            let found = markdown_examples(text);
            found.iter().map(|it| it.place.line).collect()
        };
        let block = |indent: usize| {
            let blanks = " ".repeat(indent);
            format!("{blanks}```wat doctest\n{blanks}(f) ;=> 1\n{blanks}```\n")
        };
        assert_eq!(lines(&block(3)), [1]);
        assert_eq!(lines(&block(4)), NONE);
        assert_eq!(lines(&format!("text\n\n{}", block(4))), NONE);
        // In an item of a list, what counts is where its text begins.
        assert_eq!(lines(&format!("- item\n\n{}", block(4))), [3]);
        assert_eq!(lines(&format!("- item\n\n{}", block(6))), NONE);
        assert_eq!(lines(&format!("10. item\n\n{}", block(7))), [3]);
        assert_eq!(lines(&format!("- a\n  - b\n\n{}", block(7))), [4]);
        assert_eq!(lines(&format!("- item\n\ntext\n\n{}", block(4))), NONE);
        assert_eq!(lines(&format!("-not an item\n\n{}", block(4))), NONE);
        // An example of an example is none.
        assert_eq!(lines(&format!("~~~\n{}~~~\n{}", block(0), block(0))), [6]);
        assert_eq!(lines("~~~wat doctest\n(f) ;=> `1\n~~~\n"), [1]);
        // A docstring is indented as its form is.
        let text =
            "(:wat::core::do\n    (x)\n    \"One.\n\n      ```wat\n      (f) ;=> 1\n      ```\")\n";
        assert_eq!(docstring_examples(text).len(), 1);
    }

    #[test]
    fn a_word_that_no_block_has_is_a_fault() {
        for (info, place) in [
            ("wat foo", Some("1:8 2913")),
            ("wat doctest ignored", Some("1:16 2913")),
            ("wat reject=3001", Some("1:8 2913")),
            ("wat run exit=", Some("1:12 2913")),
            ("wat doctest", None),
        ] {
            let text = format!("```{info}\n(f)\n```\n");
            assert_eq!(fault(&text).as_deref(), place, "{info}");
        }
        for info in [
            "wat",
            "wat run exit=2 raw",
            "wat reject=WAT3001,WAT3002 raw",
            "wat fmt-input",
            "wat fixed",
            "watt",
            "text foo",
        ] {
            let text = format!("```{info}\n(f)\n```\n");
            assert!(markdown_examples(&text).is_empty(), "{info}");
        }
    }

    #[test]
    fn a_fragment_that_does_not_read_is_warned_of() {
        let at = |text: &str| {
            let found = markdown_warnings(text);
            let found = found.iter().map(|it| (it.place.line, it.place.col));
            found.collect::<Vec<_>>()
        };
        assert_eq!(at("a\n\n```wat\n(f)\n  (g\n```\n"), [(5, 3)]);
        assert_eq!(at("```wat\n(f \u{2026}\n```\n```wat\n(f)\n```\n"), []);
        assert_eq!(at("```wat run\n(f\n```\n```text\n(f\n```\n"), []);
    }
}
