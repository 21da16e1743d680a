//! `defprop` (chapter 09 §9.11.1) and `gen::of`.

use wat_syntax::Applicability;
use wat_value::syntax::{Shape, Syntax};

use super::testing::{Testing, core};

/// The options of a property, with what they are without being set; `:max-discards` follows the cases.
const OPTIONS: [(&str, i64); 4] = [
    (":cases", 100),
    (":max-size", 100),
    (":max-shrinks", 2_000),
    (":max-discards", 0),
];

impl Testing<'_, '_> {
    /// `(defprop name "doc"? [binder…] {options}? body…)`
    pub(super) fn property(&mut self) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        if parts.is_empty() {
            return self.malformed(None, "a property needs a name, binders and a body");
        }
        let Some(operands) = self.operands(&parts) else {
            return self.failed();
        };
        let (name, doc, rest) = (operands.name.clone(), operands.doc.cloned(), operands.rest);
        let Some((binders, rest)) = rest
            .split_first()
            .filter(|(binders, _)| matches!(binders.shape(), Shape::Vector(_)))
        else {
            return self.malformed(None, "a property has a vector of binders behind its name");
        };
        let (options, body) = match rest {
            [options, body @ ..]
                if matches!(options.shape(), Shape::Brace(_)) && !body.is_empty() =>
            {
                (Some(options), body)
            }
            body => (None, body),
        };
        if body.is_empty() {
            return self.malformed(None, "a property needs a body behind its binders");
        }
        let Some(options) = self.options(options) else {
            return self.failed();
        };
        let size = self.fresh("size");
        let Some(bindings) = self.binders(binders, &size) else {
            return self.failed();
        };
        let body = self.list(":wat::test::__internal/body", body.to_vec());
        let bindings = self.vector(bindings);
        let body = self.list(&core("let"), [bindings, body]);
        let body = self.function_of_size(&size, core("nil"), body);
        let text = self.string(name.as_keyword().unwrap_or_default());
        let numbers: Vec<Syntax> = options
            .iter()
            .map(|it| self.make(Shape::Int(*it)))
            .collect();
        let parts: Vec<Syntax> = [text].into_iter().chain(numbers).chain([body]).collect();
        let run = self.list(":wat::test::__internal/run-property", parts);
        self.declared(&name, doc, run)
    }

    /// `(gen::of :T)`
    pub(super) fn generator(&mut self) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        let [ty] = &parts[..] else {
            let problem = self
                .problem(
                    2402,
                    self.form,
                    format!(
                        "`:wat::test::gen::of` takes 1 argument, {} given",
                        parts.len()
                    ),
                )
                .label("wrong number of arguments")
                .help("write `(:wat::test::gen::of :T)`");
            self.x.problems.push(problem);
            return self.failed();
        };
        self.derived(ty)
    }

    /// The derived generator of a type.
    fn derived(&mut self, ty: &Syntax) -> Syntax {
        let size = self.fresh("size");
        // A type without generator is told where it is written.
        let head = Shape::Keyword(":wat::test::__internal/draw-value".into());
        let head = match self.x.has_place(ty.origin()) {
            true => Syntax::new(head, ty.origin()),
            false => self.make(head),
        };
        let draw = Syntax::new(Shape::List([head, size.clone()].into()), ty.origin());
        let ty = ty.clone();
        let make = self.function_to(&size, ty, draw);
        self.list(":wat::test::Gen/new", [make])
    }

    fn fresh(&mut self, name: &str) -> Syntax {
        let scope = self.x.fresh_scope();
        let scopes = wat_value::syntax::Scopes::default().with(scope);
        self.make(Shape::Symbol(name.into(), scopes))
    }

    fn function_of_size(&mut self, size: &Syntax, result: String, body: Syntax) -> Syntax {
        let result = self.keyword(&result);
        self.function_to(size, result, body)
    }

    /// `(fn [size <- :i64] -> result body)`
    fn function_to(&mut self, size: &Syntax, result: Syntax, body: Syntax) -> Syntax {
        let (gets, arrow) = (self.symbol("<-"), self.symbol("->"));
        let number = self.keyword(&core("i64"));
        let params = self.vector(vec![size.clone(), gets, number]);
        self.list(&core("fn"), [params, arrow, result, body])
    }

    /// The bindings of the body: each value, and a note of it.
    fn binders(&mut self, binders: &Syntax, size: &Syntax) -> Option<Vec<Syntax>> {
        let mut found = Vec::new();
        let mut names: Vec<&Syntax> = Vec::new();
        for binder in binders.children().chunks(3) {
            let [name, arrow, source] = binder else {
                self.bad_binder(&binder[0]);
                return None;
            };
            let arrows = matches!(arrow.shape(), Shape::Symbol(text, _) if &**text == "<-");
            let is_name = matches!(name.shape(), Shape::Symbol(..));
            if !arrows || !is_name {
                self.bad_binder(name);
                return None;
            }
            let generator = match source.shape() {
                Shape::Keyword(_) => self.derived(source),
                Shape::List(call) if !call.is_empty() => source.clone(),
                Shape::Symbol(..) => source.clone(),
                _ => {
                    self.bad_binder(source);
                    return None;
                }
            };
            let value = self.list(
                ":wat::test::__internal/draw-from",
                [generator, size.clone()],
            );
            let Shape::Symbol(text, _) = name.shape() else {
                return None;
            };
            if &**text == "_" {
                let nobody = self.fresh("_drawn");
                found.extend([nobody, value]);
                continue;
            }
            if let Some(first) = names.iter().find(|other| **other == name) {
                self.repeated_binder(name, first);
                return None;
            }
            names.push(name);
            let text = self.string(text);
            let note = self.list(":wat::test::__internal/note", [text, name.clone()]);
            let nobody = self.fresh("_noted");
            found.extend([name.clone(), value, nobody, note]);
        }
        Some(found)
    }

    /// WAT2106.
    fn repeated_binder(&mut self, name: &Syntax, first: &Syntax) {
        let text = name.name().unwrap_or("_");
        let problem = self
            .problem(2106, name, format!("two binders are called `{text}`"))
            .label("the second")
            .also(self.at(first), "the first")
            .help("rename one of them");
        let place = self.at(name);
        let problem = match self.x.is_written(name.origin()) {
            true => problem.replace(Applicability::MaybeIncorrect, place, &format!("{text}-2")),
            false => problem,
        };
        self.x.problems.push(problem);
    }

    /// WAT2911.
    fn bad_binder(&mut self, at: &Syntax) {
        let problem = self
            .problem(
                2911,
                at,
                "a binder of a property is a name, `<-`, and a type or a generator",
            )
            .label("not a binder")
            .help("write `name <- :Type` or `name <- (generator)`");
        self.x.problems.push(problem);
    }

    /// The numbers that the options set.
    fn options(&mut self, options: Option<&Syntax>) -> Option<[i64; 4]> {
        let mut found = OPTIONS.map(|(_, number)| number);
        let entries = options.map_or(&[][..], Syntax::children);
        let mut keys: Vec<&Syntax> = Vec::new();
        for entry in entries.chunks(2) {
            let key = entry[0].as_keyword();
            if let Some(first) = keys
                .iter()
                .find(|it| key.is_some() && it.as_keyword() == key)
            {
                let key = key.unwrap_or_default();
                let problem = self
                    .problem(
                        2910,
                        &entry[0],
                        format!("the option `{key}` of a property is set twice"),
                    )
                    .label("the second one")
                    .also(self.at(first), "the first one")
                    .help("remove one of them");
                self.x.problems.push(problem);
                return None;
            }
            keys.push(&entry[0]);
            let at = OPTIONS
                .iter()
                .position(|(name, _)| entry[0].as_keyword() == Some(*name));
            let number = match entry.get(1).map(Syntax::shape) {
                Some(Shape::Int(number)) if *number >= 0 => Some(*number),
                _ => None,
            };
            match (at, number) {
                (Some(at), Some(number)) if at > 1 || number > 0 => found[at] = number,
                _ => {
                    self.malformed(
                        Some(&entry[0]),
                        "an option of a property is `:cases`, `:max-size`, `:max-shrinks` or `:max-discards` with a number",
                    );
                    return None;
                }
            }
        }
        let sets_discards = entries
            .chunks(2)
            .any(|entry| entry[0].as_keyword() == Some(":max-discards"));
        if !sets_discards {
            found[3] = found[0].saturating_mul(10);
        }
        Some(found)
    }

    /// WAT2910.
    fn malformed(&mut self, at: Option<&Syntax>, message: &str) -> Syntax {
        let problem = self
            .problem(2910, at.unwrap_or(self.form), message)
            .label("malformed property")
            .help("write `(:wat::test::defprop :my::name [x <- :wat::core::i64] body)`");
        self.x.problems.push(problem);
        self.failed()
    }
}
