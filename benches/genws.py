#!/usr/bin/env python3
"""Generates a multi-file wat workspace of a realistic mix, free of errors.

usage: genws.py DIR [--profile ground|language|full] [--lines 100000] [--files 1000] [--seed 1] [--hot N]

Profiles:
  ground   def, defn, fn, let, if, do, match, literals, primitive types, Vector, Option, Result, tuples,
           generics, docstrings, comments, loads between files
  language also structs, enums, macros, keyword calls, `cond`, collection literals
  full     also services and tests

The output depends on the arguments alone. The load graph has no cycle. The last line printed tells what was written
and which name is used most; `--hot N` adds a function `:hot::tick` with exactly N calls.
"""

import argparse
import os
import random

CORE = ":wat::core::"
I64 = ":wat::core::i64"
STRING = ":wat::core::String"
NOUNS = (
    "order invoice account parcel sensor reading ticket route cargo vessel "
    "meter budget payment ledger batch record signal window bucket quota"
).split()
VERBS = (
    "total score merge scale clamp adjust weigh rank blend shift "
    "settle verify project fold trim share balance round reduce spread"
).split()
LABELS = ["plain", "größe", "名前", "π≈3", "emoji 😀", "naïve", "tab\\tseparated", 'quote \\" inside']


class File:
    """One source file: its namespace, what it loads, the forms written so far and the binary functions it offers."""

    def __init__(self, number):
        self.number = number
        self.noun = NOUNS[number % len(NOUNS)]
        self.package = f"p{number // 25:02d}"
        self.namespace = f":{self.package}::{self.noun}-{number}"
        self.path = f"wat/{self.package}/{self.noun}_{number}.wat"
        self.deps = []
        self.forms = []
        self.functions = []
        self.lines = 0

    def emit(self, text):
        self.forms.append(text)
        self.lines += text.count("\n") + 2

    def text(self):
        paths = sorted(os.path.relpath(dep.path, os.path.dirname(self.path)) for dep in self.deps)
        loads = "".join(f'(:wat::load-file! "{path}")\n' for path in paths)
        blank = "\n" if loads else ""
        return f";; {self.namespace[1:]}: generated.\n\n{loads}{blank}" + "\n\n".join(self.forms) + "\n"


class Shared:
    """The forms that both profiles write."""

    def __init__(self, rnd):
        self.rnd = rnd

    def number(self, below):
        return self.rnd.randrange(below)

    def label(self):
        return self.rnd.choice(LABELS)

    def call(self, callee, first, second):
        """A call of some binary function of a file."""
        return f"({self.rnd.choice(callee.functions)} {first} {second})"

    def pick(self, file):
        file.emit(f"""({CORE}defn {file.namespace}::pick<T>
  [flag <- {CORE}bool
   left <- :T
   right <- :T]
  -> :T
  "The left value if the flag is set, else the right one."
  ({CORE}if
    flag
    left
    right))""")

    def score(self, file, see):
        name = f"{file.namespace}::score"
        file.emit(f"""({CORE}defn {name}
  [base <- {I64}
   factor <- {I64}]
  -> {I64}
  "Score of one {file.noun}{see}."
  ({CORE}i64::+ ({CORE}i64::* base factor) {self.number(100)}))""")
        file.functions = [name]

    def adjusted(self, file, name, verb, callee, third):
        file.emit(f""";; {verb.capitalize()} the {file.noun} with the help of {callee.noun}.
({CORE}defn {name}
  [base <- {I64}
   factor <- {I64}]
  -> {I64}
  "{verb.capitalize()}s a {file.noun}: base times factor, adjusted."
  ({CORE}let
    [first {self.call(callee, 'base', self.number(50))}
     second {self.call(file, 'first', 'factor')}
     third {third}]
    ({CORE}if
      ({CORE}> third {self.number(1000)})
      ({CORE}i64::- third first)
      ({CORE}i64::+ third {self.number(10)}))))""")
        file.functions.append(name)

    def folded(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [count <- {I64}]
  -> {I64}
  "Folds over a range of {file.noun}s."
  ({CORE}foldl
    ({CORE}range 0 count)
    0
    ({CORE}fn
      [acc <- {I64}
       x <- {I64}]
      -> {I64}
      ({CORE}i64::+ acc {self.call(file, 'x', self.number(7) + 1)}))))""")

    def samples(self, file, name, literal):
        values = " ".join(str(self.number(99)) for _ in range(5))
        vector = f"[{values}]" if literal else f"({CORE}Vector {I64} {values})"
        file.emit(f"""({CORE}defn {name}
  [offset <- {I64}]
  -> {CORE}Vector<wat::core::i64>
  "Sample values, shifted."
  ({CORE}map
    {vector}
    ({CORE}fn
      [x <- {I64}]
      -> {I64}
      ({CORE}i64::+ x offset))))""")

    def parsed(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [text <- {STRING}]
  -> {CORE}Result<wat::core::i64,wat::core::String>
  "Parses a {file.noun} number."
  ({CORE}match
    ({CORE}string::to-i64 text)
    (({CORE}Some n) ({CORE}Ok ({file.namespace}::pick ({CORE}> n 0) n {self.number(9)})))
    ({CORE}None ({CORE}Err ({CORE}string::concat "not a {file.noun}: " text)))))""")


class Ground(Shared):
    """Functions over primitive types, vectors, options, results and tuples."""

    def head(self, file):
        file.emit(f"""({CORE}def {file.namespace}::limit
  {self.number(1000)}
  "No {file.noun} goes beyond it.")""")
        self.pick(file)
        self.score(file, f"; at least `{file.namespace}::limit` is suspicious")
        file.emit(f"""({CORE}defn {file.namespace}::amount
  [state <- {CORE}Option<wat::core::i64>]
  -> {I64}
  "Amount that a state stands for."
  ({CORE}match
    state
    (({CORE}Some rate) ({file.namespace}::score rate {self.number(20)}))
    ({CORE}None {self.number(9)})))""")

    def item(self, file, ordinal):
        verb = self.rnd.choice(VERBS)
        name = f"{file.namespace}::{verb}-{ordinal}"
        kind = self.rnd.choice("aabcdefghi")
        if kind == "a":
            callee = self.rnd.choice(file.deps or [file])
            third = f"({file.namespace}::pick ({CORE}< first second) second {file.namespace}::limit)"
            self.adjusted(file, name, verb, callee, third)
        elif kind == "b":
            self.folded(file, name)
        elif kind == "c":
            self.samples(file, name, literal=False)
        elif kind == "d":
            self.parsed(file, name)
        elif kind == "e":
            self.described(file, name)
        elif kind == "f":
            self.first_amount(file, name)
        elif kind == "g":
            self.size_class(file, name)
        elif kind == "h":
            self.split(file, name)
        else:
            self.announced(file, name)

    def described(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [size <- {I64}]
  -> {STRING}
  "A label for a {file.noun} of that size."
  ({CORE}let
    [label "{self.label()}"
     weight {self.call(file, 'size', self.number(30))}]
    ({CORE}string::concat label "/" ({CORE}i64::to-string weight))))""")

    def first_amount(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [sizes <- {CORE}Vector<wat::core::i64>]
  -> {CORE}Option<wat::core::i64>
  "The amount of the first size, if there is one."
  ({CORE}match
    ({CORE}get sizes 0)
    (({CORE}Some size) ({CORE}Some ({file.namespace}::amount ({CORE}Some size))))
    ({CORE}None {CORE}None)))""")

    def size_class(self, file, name):
        tiny, small = self.number(10), 10 + self.number(90)
        file.emit(f"""({CORE}defn {name}
  [n <- {I64}]
  -> {STRING}
  "Size class."
  ({CORE}if
    ({CORE}< n {tiny})
    "tiny"
    ({CORE}if
      ({CORE}< n {small})
      "small"
      "{self.label()}")))""")

    def split(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [whole <- {I64}]
  -> :(wat::core::i64,wat::core::f64)
  "A {file.noun} in two parts."
  ({CORE}let
    [[part share] ({CORE}Tuple ({CORE}i64::- whole {self.number(50)}) {self.number(50)}.5)
     rest ({CORE}f64::* share 0.25)]
    ({CORE}Tuple part rest)))""")

    def announced(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [loud? <- {CORE}bool]
  -> {CORE}nil
  "Says what a {file.noun} is."
  ({CORE}do
    (:wat::kernel::println "{self.label()}")
    ({CORE}if
      loud?
      (:wat::kernel::println {self.number(1000)})
      {CORE}nil)))""")

    def test(self, file, number):
        return None


class Full(Shared):
    """Everything of ground and structs, enums, macros, keyword calls, services, tests."""

    services = True

    def head(self, file):
        name = file.namespace
        file.emit(f"""({CORE}struct {name}::Item
  (id {I64})
  (label {STRING})
  (weight {I64}))""")
        file.emit(f"""({CORE}enum {name}::State
  :Open
  (Held (by {STRING}))
  (Priced (amount {I64}) (rate {I64}))
  :Closed)""")
        file.emit(f"""({CORE}defmacro {name}::bump
  [x <- :wat::WatAST]
  -> :wat::WatAST
  "One more than its argument."
  `({CORE}i64::+ ~x 1))""")
        self.pick(file)
        self.score(file, f"; see `{name}::Item`")
        file.emit(f"""({CORE}defn {name}::amount
  [state <- {name}::State]
  -> {I64}
  "Amount that a state stands for."
  ({CORE}match
    state
    ({name}::State::Open 0)
    (({name}::State::Held by) ({CORE}string::length by))
    (({name}::State::Priced amount rate) ({name}::score amount rate))
    ({name}::State::Closed {self.number(9)})))""")
        if self.services and file.number % 25 == 7:
            self.service(file)

    def call(self, callee, first, second):
        function = self.rnd.choice(callee.functions)
        style = self.rnd.random()
        if style < 0.65:
            return f"({function} {first} {second})"
        if style < 0.8:
            return f"({function} :factor {second} :base {first})"
        return f"({function} :base {first} :factor {second})"

    def item(self, file, ordinal):
        verb = self.rnd.choice(VERBS)
        name = f"{file.namespace}::{verb}-{ordinal}"
        kind = self.rnd.choice("aabcdefg")
        if kind == "a":
            callee = self.rnd.choice(file.deps or [file])
            self.adjusted(file, name, verb, callee, f"({file.namespace}::bump second)")
        elif kind == "b":
            self.folded(file, name)
        elif kind == "c":
            self.labelled(file, name)
        elif kind == "d":
            self.first_amount(file, name)
        elif kind == "e":
            self.samples(file, name, literal=self.rnd.random() < 0.5)
        elif kind == "f":
            self.parsed(file, name)
        else:
            self.size_class(file, name)

    def labelled(self, file, name):
        label, number = self.label(), self.number(1000)
        if self.rnd.random() < 0.5:
            make = f'({file.namespace}::Item/new {number} "{label}" size)'
        else:
            make = f'({file.namespace}::Item :label "{label}" :weight size :id {number})'
        file.emit(f"""({CORE}defn {name}
  [size <- {I64}]
  -> {STRING}
  "A label for a {file.noun} of that size."
  ({CORE}let
    [item {make}
     {{label weight}} item]
    ({CORE}string::concat label "/" ({CORE}i64::to-string weight))))""")

    def first_amount(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [states <- {CORE}Vector<{file.namespace[1:]}::State>]
  -> {CORE}Option<wat::core::i64>
  "The amount of the first state, if there is one."
  ({CORE}match
    ({CORE}get states 0)
    (({CORE}Some state) ({CORE}Some ({file.namespace}::amount state)))
    ({CORE}None {CORE}None)))""")

    def size_class(self, file, name):
        file.emit(f"""({CORE}defn {name}
  [n <- {I64}]
  -> {STRING}
  "Size class."
  ({CORE}cond
    (({CORE}< n {self.number(10)}) "tiny")
    (({CORE}< n {10 + self.number(90)}) "small")
    (({CORE}< n {100 + self.number(900)}) "large")
    (:else "{self.label()}")))""")

    def service(self, file):
        name = f":{file.package}::{file.noun}-desk-{file.number}"
        pair = ":(wat::core::i64,wat::core::i64)"
        next_parameter = "\n" + " " * 18
        inner = "\n" + " " * 19

        def handler(op, parameters, result, body):
            return f"""{op}
               ({CORE}fn
                 [{parameters}]
                 -> {result}
                 {body})"""

        stock = f"stock <- {I64}"
        user = stock + next_parameter + f"_user <- {name}::User"
        amount = stock + next_parameter + f"amount <- {I64}"
        take = f"({CORE}let{inner}[left ({CORE}i64::- stock amount)]{inner}({CORE}Tuple left amount))"
        handlers = [
            handler("Start", stock, I64, "stock"),
            handler("Stop", stock, I64, "stock"),
            handler("Provision", stock, I64, "stock"),
            handler("Deprovision", user, I64, "stock"),
            handler("Peek", stock, pair, f"({CORE}Tuple stock stock)"),
            handler("Take", amount, pair, take),
        ]
        file.emit(f"""(:wat::service::defservice {name}
  :admin [Provision [] -> {name}::User
          Deprovision [user <- {name}::User] -> {CORE}nil
          Stop [] -> {I64}]
  :user [Peek [] -> {I64}
         Take [amount <- {I64}] -> {I64}]
  :state {I64}
  :handlers [{(chr(10) + ' ' * 13).join(handlers)}])""")

    def test(self, file, number):
        open_state = f"{file.namespace}::State::Open"
        cases = (
            f"(:wat::test::deftest :t{number}::case-{case} ()\n"
            f"  (:wat::test::assert-eq ({file.namespace}::amount {open_state}) 0))"
            for case in range(8)
        )
        return f'(:wat::load-file! "../{file.path}")\n\n' + "\n\n".join(cases) + "\n"


class Language(Full):
    """Full without services and tests."""

    services = False


PROFILES = {"ground": Ground, "language": Language, "full": Full}


def library(profile, options, count):
    """The library files, each of about the same length, each loading up to three earlier ones."""
    lines = max(60, (options.lines - options.files) // max(1, options.files) - 6)
    files = [File(number) for number in range(count)]
    for file in files:
        number = file.number
        file.deps = profile.rnd.sample(files[max(0, number - 60) : number], min(3, number))
        profile.head(file)
        ordinal = 0
        while file.lines < lines:
            profile.item(file, ordinal)
            ordinal += 1
    return files


def hot_file(files, calls):
    """A file with one function, called `calls` times all over the others."""
    hot = File(len(files))
    hot.namespace, hot.path = ":hot", "wat/hot.wat"
    body = f'[n <- {I64}]\n  -> {I64}\n  "The most used function."\n  ({CORE}i64::+ n 1)'
    hot.emit(f"({CORE}defn :hot::tick\n  {body})")
    for call in range(calls):
        file = files[call % len(files)]
        if hot not in file.deps:
            file.deps = file.deps + [hot]
        body = f'[n <- {I64}]\n  -> {I64}\n  "Ticks."\n  (:hot::tick n)'
        file.emit(f"({CORE}defn {file.namespace}::tick-{call}\n  {body})")
    return hot


def main_file(files, last):
    loads = "".join(f'(:wat::load-file! "{path[4:]}")\n' for path in sorted(f.path for f in files))
    return f"""{loads}
({CORE}defn :user::main [] -> {CORE}nil
  "Prints one score."
  (:wat::kernel::println ({last.namespace}::score 2 3)))
"""


def main():
    parser = argparse.ArgumentParser(description="generates a wat workspace")
    parser.add_argument("dir")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="full")
    parser.add_argument("--lines", type=int, default=100000)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hot", type=int, default=0)
    options = parser.parse_args()
    profile = PROFILES[options.profile](random.Random(options.seed))
    tests = max(1, options.files // 20) if options.profile == "full" else 0
    files = library(profile, options, max(1, options.files - 1 - tests))
    real = list(files)
    if options.hot:
        files.append(hot_file(real, options.hot))
    texts = {file.path: file.text() for file in files}
    texts["wat/main.wat"] = main_file(files, real[-1])
    for number in range(tests):
        texts[f"wat-tests/t_{number}.wat"] = profile.test(real[(number * 7) % len(real)], number)
    lines = sum(text.count("\n") for text in texts.values())
    project = '[project]\nname = "generated"\nentry = "wat/main.wat"\nsource = ["wat"]\n'
    for path, text in (texts | {"wat.toml": project}).items():
        full = os.path.join(options.dir, path)
        os.makedirs(os.path.dirname(full) or ".", exist_ok=True)
        with open(full, "w", encoding="utf-8") as out:
            out.write(text)
    most_used = ":hot::tick" if options.hot else f"{real[0].namespace}::score"
    print(f"{len(texts)} wat files, {lines} lines; a name with many uses: {most_used}")


if __name__ == "__main__":
    main()
