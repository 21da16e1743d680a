//! Examples in docstrings and Markdown (chapter 09 §9.13.2): finding them, and the program that each of them is.

use wat_analysis::SourceText;
use wat_syntax::cut;

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
    /// The line where it starts, from 1.
    pub line: u32,
    /// The requirements, with their lines.
    pub wants: Vec<(u32, DocWant)>,
}

/// An example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocBlock {
    /// `L12` in Markdown, `:name/doc1` in a docstring.
    pub name: String,
    /// The line of its fence, from 1.
    pub line: u32,
    /// The forms, in order.
    pub steps: Vec<DocStep>,
    /// A comment that requires nothing that can be understood: its line and what is wrong.
    pub malformed: Option<(u32, String)>,
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
    pub fn rejected(&self) -> Option<(u32, u16)> {
        self.wants.iter().find_map(|(line, want)| match want {
            DocWant::Rejected(code) => Some((*line, *code)),
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

/// A requirement in the text of a comment, without its first semicolons; nothing if it is an ordinary comment.
fn want(comment: &str) -> Option<Result<DocWant, String>> {
    let comment = comment.trim_end();
    if let Some(expression) = comment.strip_prefix(";=>") {
        let expression = expression.trim();
        return Some(match expression {
            "" => Err("the expression behind `;=>` is missing".to_owned()),
            "_" => Ok(DocWant::Evaluates),
            expression => Ok(DocWant::Equals(expression.to_owned())),
        });
    }
    if let Some(text) = comment.strip_prefix(";out>") {
        return Some(Ok(DocWant::Prints(
            text.strip_prefix(' ').unwrap_or(text).to_owned(),
        )));
    }
    let failure = comment.strip_prefix(";!!")?.trim();
    let code = failure
        .strip_prefix("WAT")
        .and_then(|code| code.parse().ok());
    let quoted = failure
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    Some(match (code, quoted) {
        (Some(code), _) => Ok(DocWant::Rejected(code)),
        (None, Some(text)) => Ok(DocWant::Fails(unescaped(text))),
        (None, None) => Err("`;!!` is followed by a text in quotes or a code".to_owned()),
    })
}

fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(next) = chars.next() {
        found.push(match next {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    found
}

/// The comment in a line that holds no form, or what is left of one behind it.
fn comment(rest: &str) -> Option<&str> {
    rest.find(';').map(|at| &rest[at..])
}

/// Reads the lines of a block, whose first line has this number.
fn block(name: String, fence: u32, lines: &[String], is_ignored: bool) -> DocBlock {
    let text = lines.join("\n");
    let source = SourceText::new(text.as_str());
    let forms = cut(&source).forms;
    let line_of = |at: usize| fence + 1 + text[..at].matches('\n').count() as u32;
    let mut found = DocBlock {
        name,
        line: fence,
        steps: Vec::new(),
        malformed: None,
        is_ignored,
    };
    let mut gaps = vec![(
        0,
        forms
            .first()
            .map_or(text.len(), |form| form.range.start().into()),
    )];
    for (index, form) in forms.iter().enumerate() {
        let (start, end): (usize, usize) = (form.range.start().into(), form.range.end().into());
        found.steps.push(DocStep {
            form: text[start..end].to_owned(),
            line: line_of(start),
            wants: Vec::new(),
        });
        let next = forms
            .get(index + 1)
            .map_or(text.len(), |form| form.range.start().into());
        gaps.push((end, next));
    }
    for (index, (start, end)) in gaps.into_iter().enumerate() {
        let mut at = start;
        for part in text[start..end].split_inclusive('\n') {
            let line = line_of(at);
            at += part.len();
            let problem = match comment(part).and_then(want) {
                None => continue,
                Some(Err(problem)) => problem,
                Some(Ok(want)) => match index.checked_sub(1) {
                    Some(step) => {
                        found.steps[step].wants.push((line, want));
                        continue;
                    }
                    None => "the comment stands behind no form".to_owned(),
                },
            };
            found.malformed.get_or_insert((line, problem));
        }
    }
    found
}

/// A line that opens a fence: its indentation, its marks, and what is behind them.
fn opener(line: &str) -> Option<(usize, usize, &str)> {
    let rest = line.trim_start_matches(' ');
    let after = rest.trim_start_matches('`');
    let marks = rest.len() - after.len();
    (marks >= 3 && !after.contains('`')).then(|| (line.len() - rest.len(), marks, after.trim()))
}

/// The examples in lines, the first of which has this number. `plain`: a block that is `wat` alone is one.
fn blocks_in(
    lines: &[String],
    first: u32,
    plain: bool,
    name: impl Fn(u32, usize) -> String,
) -> Vec<DocBlock> {
    let mut found: Vec<DocBlock> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some((indent, marks, info)) = opener(&lines[at]) else {
            at += 1;
            continue;
        };
        let fence = first + at as u32;
        let start = at + 1;
        let closes = |line: &String| {
            let rest = line.trim();
            rest.len() >= marks && rest.bytes().all(|byte| byte == b'`')
        };
        let end = lines[start..]
            .iter()
            .position(closes)
            .map_or(lines.len(), |end| start + end);
        let words: Vec<&str> = info.split_whitespace().collect();
        let options = match words[..] {
            ["wat", "doctest", ref options @ ..] => Some(options.to_vec()),
            ["wat"] if plain => Some(Vec::new()),
            _ => None,
        };
        if let Some(options) = options {
            let inner: Vec<String> = lines[start..end]
                .iter()
                .map(|line| {
                    let blanks = line.len() - line.trim_start_matches(' ').len();
                    line[blanks.min(indent)..].to_owned()
                })
                .collect();
            let name = name(fence, found.len() + 1);
            found.push(block(name, fence, &inner, options.contains(&"ignore")));
        }
        at = end + 1;
    }
    found
}

/// The examples of a Markdown text.
pub fn markdown_examples(text: &str) -> Vec<DocBlock> {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    blocks_in(&lines, 1, false, |line, _| format!("L{line}"))
}

/// The strings that are parts of a top-level form, as ranges without their quotes.
fn strings(form: &str) -> Vec<(usize, usize)> {
    let bytes = form.as_bytes();
    let (mut found, mut depth, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b';' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
            }
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 1 && at < bytes.len() {
                    found.push((start, at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name that a form declares, as it is written.
fn declared_name(form: &str) -> &str {
    let words = form.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    let name = words
        .filter(|word| !word.is_empty())
        .nth(1)
        .unwrap_or_default();
    name.split('<').next().unwrap_or_default()
}

/// The examples in the docstrings of a source text.
pub fn docstring_examples(text: &str) -> Vec<DocBlock> {
    if !text.contains("```wat") {
        return Vec::new();
    }
    let source = SourceText::new(text);
    let mut found = Vec::new();
    for cut in cut(&source).forms {
        let (start, end): (usize, usize) = (cut.range.start().into(), cut.range.end().into());
        let form = &text[start..end];
        for (from, to) in strings(form) {
            let doc = &form[from..to];
            if !doc.contains("```wat") {
                continue;
            }
            let first = 1 + text[..start + from].matches('\n').count() as u32;
            let lines: Vec<String> = doc.split('\n').map(unescaped).collect();
            let name = declared_name(form);
            found.extend(blocks_in(&lines, first, true, |_, n| {
                format!("{name}/doc{n}")
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_markdown_have_steps_with_what_they_want() {
        let text = "# T\n\n```wat\n(a)\n```\n```wat doctest\n(:wat::core::def :a::x 1)\n(f 1) ;=> 2\n(g)\n;out> \"x\"\n;out> y\n(h) ;!! \"no\"\n(i) ;!! WAT3001\n(j)\n```\n";
        let found = markdown_examples(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].line), ("L6", 6));
        let steps: Vec<_> = found[0]
            .steps
            .iter()
            .map(|it| (&*it.form, it.line))
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
        let wants = |index: usize| found[0].steps[index].wants.clone();
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
        assert_eq!((found[0].name.as_str(), found[0].line), (":a::f/doc1", 6));
        assert_eq!(found[0].steps[0].form, "(:a::f \"x\")");
        assert_eq!(
            found[0].steps[0].wants,
            [(7, DocWant::Equals("\"x\"".to_owned()))]
        );
        assert_eq!(found[0].malformed.as_ref().map(|it| it.0), Some(8));
    }

    #[test]
    fn a_comment_before_every_form_wants_nothing() {
        let found = markdown_examples("```wat doctest\n;=> 1\n(f)\n```\n");
        assert_eq!(found[0].malformed.as_ref().map(|it| it.0), Some(2));
    }
}
