//! Values in programs: strings, vectors, variants, closures, generics, maps; nothing is leaked.

use crate::calls::main;
use crate::support::{Tape, Text, check, fails};
use std::sync::Arc;
use wat_ir::{DeclKind, FieldDecl, Ty, TypeDecl, VariantDecl};
use wat_runtime::{Limits, Machine};

#[test]
fn strings_are_appended_in_place() {
    let text = "
fn :fill types=0 captures=0 params=2 at=0 -> str {
  local %0 \"n\" i64 local %1 \"s\" str local %2 \"\" bool local %3 \"\" i64 local %4 \"\" vector[str] local %5 \"\" str
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %2 { yield %1 } else {
    %3 @3 = native :wat::core::i64::-'2 (%0, 1)
    %4 @4 = vector (%1, \"ab\")
    %5 @5 = native :wat::core::string::concat (%4)
    tail @6 call :fill (%3, %5)
  }
}";
    let body = "local %0 \"\" str local %1 \"\" i64 %0 @0 = call :fill (100000, \"\")
                %1 @1 = native :wat::core::string::length (%0) yield %1";
    check(&format!("{text}{}", main("i64", body)), "200000");
}

#[test]
fn an_old_version_of_a_vector_stays() {
    let body = "local %0 \"a\" vector[str] local %1 \"b\" vector[str] local %2 \"c\" vector[str]
                local %3 \"\" tuple[vector[str], vector[str], vector[str]]
                %0 @0 = vector (\"x\")
                %1 @1 = native :wat::core::Vector/conj [str] (%0, \"y\")
                %2 @2 = native :wat::core::Vector/assoc [str] (%1, 0, \"z\")
                %3 @3 = tuple (%0, %1, %2) yield %3";
    let ret = "tuple[vector[str], vector[str], vector[str]]";
    check(&main(ret, body), "[[\"x\"] [\"x\" \"y\"] [\"z\" \"y\"]]");
}

#[test]
fn a_failing_native_leaks_nothing() {
    let body = "local %0 \"a\" vector[str] local %1 \"b\" vector[str] local %2 \"\" str
                %2 @0 = native :wat::core::i64::to-string (7)
                %0 @0 = vector (%2, %2)
                %1 @2 = native :wat::core::Vector/assoc [str] (%0, 5, %2)
                yield %1";
    assert_eq!(fails(&main("vector[str]", body)).0, 8405);
    let body = "local %0 \"a\" str local %1 \"\" tuple[str, i64] local %2 \"\" i64
                %0 @0 = native :wat::core::i64::to-string (7)
                %2 @1 = native :wat::core::i64::/'2 (1, 0)
                %1 @2 = tuple (%0, %2) yield %1";
    assert_eq!(
        fails(&main("tuple[str, i64]", body)),
        (8402, "division by zero, in `:wat::core::i64::/`".to_owned())
    );
}

#[test]
fn closures_capture_and_are_called_from_generic_code() {
    let text = "
fn :fold types=2 captures=0 params=4 at=0 -> $1 {
  local %0 \"xs\" vector[$0] local %1 \"i\" i64 local %2 \"acc\" $1 local %3 \"f\" fn[$1, $0; $1]
  local %4 \"\" i64 local %5 \"\" bool local %6 \"\" $0 local %7 \"\" $1 local %8 \"\" i64
  %4 @1 = native :wat::core::Vector/length [$0] (%0)
  %5 @1 = native :wat::core::__internal/eq [i64] (%1, %4)
  if %5 { yield %2 } else {
    %6 @2 = native :wat::core::nth [$0] (%0, %1)
    %7 @3 = apply %3 (%2, %6)
    %8 @4 = native :wat::core::i64::+'2 (%1, 1)
    tail @5 call :fold [$0, $1] (%0, %8, %7, %3)
  }
}";
    let body = "local %0 \"xs\" vector[str] local %1 \"sep\" str local %2 \"f\" fn[str, str; str] local %3 \"\" str local %4 \"\" vector[f64]
                local %5 \"g\" fn[f64, f64; f64] local %6 \"\" f64 local %7 \"\" tuple[str, f64]
                fn \":main#0\" types=0 captures=1 params=2 at=0 -> str {
                  local %0 \"sep\" str local %1 \"a\" str local %2 \"x\" str local %3 \"\" vector[str] local %4 \"\" str
                  %3 @1 = vector (%1, %0, %2)
                  %4 @1 = native :wat::core::string::concat (%3)
                  yield %4
                }
                %0 @0 = vector (\"a\", \"b\", \"c\")
                %1 @0 = native :wat::core::i64::to-string (0)
                %2 @1 = closure 0 (%1)
                %3 @2 = call :fold [str, str] (%0, 0, \"<\", %2)
                %4 @3 = vector (1.5, 2.5)
                %5 @3 = nativeref :wat::core::f64::+'2
                %6 @4 = call :fold [f64, f64] (%4, 0, 0.0, %5)
                %7 @5 = tuple (%3, %6)
                yield %7";
    check(
        &format!("{text}{}", main("tuple[str, f64]", body)),
        "[\"<0a0b0c\" 4.0]",
    );
}

#[test]
fn tail_calls_of_closures_release_the_environment() {
    let body = "local %0 \"s\" str local %1 \"f\" fn[i64; str]
                fn \":main#0\" types=0 captures=1 params=1 at=0 -> str {
                  local %0 \"s\" str local %1 \"x\" i64 yield %0
                }
                %0 @0 = native :wat::core::i64::to-string (42)
                %1 @1 = closure 0 (%0)
                tail @2 apply %1 (1)";
    check(&main("str", body), "\"42\"");
}

#[test]
fn switches_and_joins() {
    let text = "
fn :f types=0 captures=0 params=1 at=0 -> str {
  local %0 \"x\" result[option[str], i64] local %1 \"\" option[str] local %2 \"\" str local %3 \"r\" str local %4 \"\" i64 local %5 \"\" str
  join ^0 (%3) { yield %3 }
  switch %0 {
    case 0 {
      %1 @1 = field %0 0 0
      switch %1 { case 1 { %2 @2 = field %1 1 0 jump ^0 (%2) } default { jump ^0 (\"none\") } }
    }
    case 1 {
      %4 @3 = field %0 1 0
      %5 @4 = native :wat::core::i64::to-string (%4)
      jump ^0 (%5)
    }
  }
}";
    let body = "local %0 \"\" option[str] local %1 \"\" result[option[str], i64] local %2 \"\" result[option[str], i64]
                local %3 \"\" option[str] local %4 \"\" result[option[str], i64] local %5 \"\" str local %6 \"\" str local %7 \"\" str
                local %8 \"\" tuple[str, str, str]
                %0 @0 = variant 1 (\"x\") %1 @0 = variant 0 (%0) %2 @0 = variant 1 (5) %3 @0 = variant 0 () %4 @0 = variant 0 (%3)
                %5 @1 = call :f (%1) %6 @1 = call :f (%2) %7 @1 = call :f (%4)
                %8 @2 = tuple (%5, %6, %7) yield %8";
    check(
        &format!("{text}{}", main("tuple[str, str, str]", body)),
        "[\"x\" \"5\" \"none\"]",
    );
}

#[test]
fn maps_and_sets_print_in_canonical_order() {
    let body = "local %0 \"\" map[str, i64] local %1 \"\" set[f64] local %2 \"\" option[i64] local %3 \"\" map[str, i64]
                local %4 \"\" tuple[map[str, i64], map[str, i64], set[f64], option[i64]]
                %0 @0 = hashmap (\"b\", 1, \"a\", 2, \"b\", 3)
                %3 @0 = native :wat::core::HashMap/dissoc [str, i64] (%0, \"a\")
                %1 @0 = hashset (2.5, -0.0, 0.0, f64:0x7ff8000000000000, f64:0x7ff8000000000000)
                %2 @1 = native :wat::core::HashMap/get [str, i64] (%0, \"b\")
                %4 @2 = tuple (%0, %3, %1, %2) yield %4";
    let ret = "tuple[map[str, i64], map[str, i64], set[f64], option[i64]]";
    check(
        &main(ret, body),
        "[{\"a\" 2 \"b\" 3} {\"b\" 3} #{-0.0 2.5 #wat-edn.float/nan nil} 3]",
    );
}

fn variant(name: &str, fields: &[(&str, Ty)]) -> VariantDecl {
    let field = |(name, ty): &(&str, Ty)| FieldDecl {
        name: (*name).into(),
        ty: ty.clone(),
        restricted: *name == "secret",
    };
    VariantDecl {
        name: name.into(),
        fields: fields.iter().map(field).collect(),
    }
}

fn declare(program: &Text, path: &str, kind: DeclKind, variants: Vec<VariantDecl>) {
    let decl = TypeDecl {
        path: path.into(),
        type_params: 1,
        kind,
        variants,
    };
    program
        .types
        .lock()
        .unwrap()
        .insert(path.to_owned(), Arc::new(decl));
}

/// A program with `:my::List<T>`, `:my::P` and `:my::E`.
fn declared(text: &str) -> Machine<Text, Tape> {
    let program = Text::default();
    program.add(text);
    let list = Ty::Nominal(":my::List".into(), [Ty::Param(0)].into());
    let list = vec![
        variant("End", &[]),
        variant("Cons", &[("head", Ty::Param(0)), ("tail", list)]),
    ];
    declare(&program, ":my::List", DeclKind::Enum, list);
    declare(
        &program,
        ":my::P",
        DeclKind::Struct,
        vec![variant(
            "",
            &[
                ("x", Ty::I64),
                ("secret", Ty::Str),
                ("o", Ty::Option(Ty::Nil.into())),
            ],
        )],
    );
    Machine::new(program, Tape::default(), Limits::default())
}

#[test]
fn declared_types_print_as_the_reference_says() {
    let body = "local %0 \"\" :my::List [i64] local %1 \"\" :my::List [i64] local %2 \"\" option[nil] local %3 \"\" :my::P
                local %4 \"\" tuple[:my::List [i64], :my::List [i64], :my::P]
                %0 @0 = variant 0 () %1 @0 = variant 1 (7, %0) %2 @0 = variant 1 (nil) %3 @0 = variant 0 (1, \"s\", %2)
                %4 @0 = tuple (%0, %1, %3) yield %4";
    let value = declared(&main(
        "tuple[:my::List [i64], :my::List [i64], :my::P]",
        body,
    ))
    .call(":main")
    .unwrap();
    assert_eq!(
        value.render(),
        "[#my.List/End nil #my.List/Cons [7 #my.List/End nil] \
         #my/P {:x 1 :secret #wat-edn.opaque/restricted nil :o #wat-edn.option/some nil}]"
    );
}

#[test]
fn a_value_a_million_deep_on_a_small_stack() {
    let text = "
fn :build types=0 captures=0 params=2 at=0 -> :my::List [i64] {
  local %0 \"n\" i64 local %1 \"acc\" :my::List [i64] local %2 \"\" bool local %3 \"\" i64 local %4 \"\" :my::List [i64]
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %2 { yield %1 } else {
    %3 @2 = native :wat::core::i64::-'2 (%0, 1)
    %4 @3 = variant 1 (1, %1)
    tail @4 call :build (%3, %4)
  }
}";
    let body = "local %0 \"\" :my::List [i64] local %1 \"\" :my::List [i64] local %2 \"\" :my::List [i64] local %3 \"\" bool local %4 \"\" tuple[bool, :my::List [i64]]
                %0 @0 = variant 0 ()
                %1 @0 = call :build (1000000, %0)
                %2 @0 = call :build (1000000, %0)
                %3 @0 = native :wat::core::__internal/eq [:my::List [i64]] (%1, %2)
                %4 @0 = tuple (%3, %1) yield %4";
    let text = format!("{text}{}", main("tuple[bool, :my::List [i64]]", body));
    std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(move || {
            let before = wat_runtime::live_objects();
            let mut machine = declared(&text);
            let value = machine.call(":main").unwrap();
            let rendered = value.render();
            assert!(rendered.starts_with("[true #my.List/Cons [1 #my.List/Cons [1 "));
            assert!(value == value.clone());
            drop(value);
            drop(machine);
            assert_eq!(wat_runtime::live_objects(), before);
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn output_goes_to_the_host() {
    let program = Text::default();
    program.add(&main(
        "nil",
        "local %0 \"\" nil local %1 \"\" nil local %2 \"\" vector[str]
         %2 @0 = vector (\"a\", \"b\\n\")
         %0 @0 = native :wat::kernel::println [vector[str]] (%2)
         %1 @0 = native :wat::kernel::eprintln [i64] (7)
         yield %0",
    ));
    let tape = Tape::default();
    Machine::new(program, tape.clone(), Limits::default())
        .call(":main")
        .unwrap();
    assert_eq!(*tape.0.lock().unwrap(), "[\"a\" \"b\\n\"]\n! 7\n");
}

#[test]
fn definitions_are_evaluated_once_and_can_change() {
    let program = Text::default();
    program.add("fn :v types=0 captures=0 params=0 at=0 -> str { local %0 \"\" str %0 @0 = native :wat::core::i64::to-string (1) yield %0 }");
    program.add(&main("str", "local %0 \"\" str %0 @3 = global :v yield %0"));
    let mut machine = Machine::new(program.clone(), Tape::default(), Limits::default());
    let failure = machine.call(":main").unwrap_err();
    assert_eq!(failure.code, 8204);
    assert!(failure.message.contains("`:v`"));
    machine.define_value(":v").unwrap();
    assert_eq!(machine.call(":main").unwrap().render(), "\"1\"");
    program.add("fn :v types=0 captures=0 params=0 at=0 -> str { yield \"two\" }");
    machine.forget(":v");
    assert_eq!(machine.call(":main").unwrap_err().code, 8204);
    machine.define_value(":v").unwrap();
    assert_eq!(machine.call(":main").unwrap().render(), "\"two\"");
    program.add(&main("i64", "yield 3"));
    machine.forget(":main");
    assert_eq!(machine.call(":main").unwrap().render(), "3");
}

#[test]
fn old_code_never_meets_definitions_of_another_type() {
    let program = Text::default();
    program.add("fn :v types=0 captures=0 params=0 at=0 -> i64 { yield 1 }");
    program.add("fn :late types=0 captures=0 params=0 at=0 -> i64 { yield 2 }");
    let main_of = |callee: &str| {
        main(
            "i64",
            &format!("local %0 \"\" i64 %0 @3 = call {callee} () yield %0"),
        )
    };
    program.add(&main("i64", "local %0 \"\" i64 %0 @3 = global :v yield %0"));
    let mut machine = Machine::new(program.clone(), Tape::default(), Limits::default());
    machine.define_value(":v").unwrap();
    assert_eq!(machine.value_of(":v").unwrap().render(), "1");
    assert_eq!(machine.call(":main").unwrap().render(), "1");
    // `:main` keeps its code, which reads an integer; the new value is none.
    program.add("fn :v types=0 captures=0 params=0 at=0 -> str { yield \"two\" }");
    machine.retire(&[":v".into()], false);
    machine.define_value(":v").unwrap();
    let failure = machine.call(":main").unwrap_err();
    assert_eq!(failure.code, 8805);
    assert_eq!(machine.value_of(":v").unwrap().render(), "\"two\"");
    program.add(&main("str", "local %0 \"\" str %0 @3 = global :v yield %0"));
    machine.retire(&[":main".into()], false);
    assert_eq!(machine.call(":main").unwrap().render(), "\"two\"");
    // A call that old code has not made yet.
    program.add(&main_of(":late"));
    machine.retire(&[":main".into()], false);
    machine.disassemble(":main").unwrap();
    program.add("fn :late types=0 captures=0 params=0 at=0 -> str { yield \"late\" }");
    machine.retire(&[":late".into()], false);
    assert_eq!(machine.call(":main").unwrap_err().code, 8805);
}

#[test]
fn functions_that_are_long_or_wide_compile() {
    use std::fmt::Write;
    let mut body = String::new();
    for local in 0..3000 {
        let _ = write!(body, "local %{local} \"\" i64 ");
    }
    body.push_str("local %3000 \"\" bool local %3001 \"\" i64 %0 @0 = use 1 %3000 @0 = native :wat::core::__internal/lt [i64] (%0, 5) join ^0 (%3001) { yield %3001 } if %3000 { ");
    for local in 1..3000 {
        let _ = write!(
            body,
            "%{local} @0 = native :wat::core::i64::+'2 (%{}, 1000000) ",
            local - 1
        );
    }
    body.push_str("jump ^0 (%2999) } else { jump ^0 (0) }");
    check(&main("i64", &body), "2999000001");
}
