//! Canonical printing, bytes and addresses: 1.14, 1.15.

use wat_edn::Address;
use wat_syntax::{
    Ast, NodeId, SourceText, canonical_bytes, cut, print_ast, program_bytes, read_form,
};

fn forms(text: &str) -> Vec<Ast> {
    let source = SourceText::new(text);
    let forms = cut(&source).forms;
    forms
        .iter()
        .map(|form| read_form(&source.slice(form.range), &form.verdict).ast)
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The table of 1.15: source, bytes, address.
const VECTORS: [(&str, &str, &str); 12] = [
    (
        "42",
        "10 2a00000000000000",
        "a240992b845d4379f7acdefd4dc4cb27b509267a4823c58bb8b41b4d36fb34b7",
    ),
    (
        "1.5",
        "11 000000000000f83f",
        "a3daa80bb1f238f61ffc461e06133dcbbfc984b89fa0a88bd9a2cebb7135c7d7",
    ),
    (
        "true",
        "12 01",
        "880b8ac0a71fef40397f2359f2137dd694dcf70db8fe8272cef8b8680938037b",
    ),
    (
        "\"é\"",
        "13 02000000 c3a9",
        "14a43977d125957cc582a670f48f8d6546e2037094ef4a2f118b5a68ede7f196",
    ),
    (
        ":a",
        "14 02000000 3a61",
        "9b02de7cbca1c4e71b1540b9599e01ab52917503b0907212fdd8b0b3914f307a",
    ),
    (
        "x",
        "15 01000000 78 00000000",
        "7a87256dca8f69d6475ef49cc48a05bdec80a85025573c7e5608ebdbf6975657",
    ),
    (
        "()",
        "16 00000000",
        "1307a4712c6f74f5a9d82d7198d4be17e47018ba3a5200eebc691edcd4918fce",
    ),
    (
        "(f x)",
        "16 02000000 15 01000000 66 00000000 15 01000000 78 00000000",
        "c5db9f24da271330b721278625f366b3bdd815b17ea2a86e1078e20574d154bb",
    ),
    (
        "{a b}",
        "19 02000000 15 01000000 61 00000000 15 01000000 62 00000000",
        "a888f8713cc475ad3023fd7616e6043d0c00cfc16d2187e82340370ade3a1a4f",
    ),
    (
        "#{1}",
        "1a 01000000 10 0100000000000000",
        "18af3d23d74f33d85884cc739578e1e15569db30db2c84d918263f9652e4f1a8",
    ),
    (
        "'x",
        "16 02000000 14 11000000 3a7761743a3a636f72653a3a71756f7465 15 01000000 78 00000000",
        "49e036f6a3d0d0d127a7ab793409fff872fe1567c7dcd70ad43026dfba45af0c",
    ),
    (
        "(:wat::core::quote x)",
        "16 02000000 14 11000000 3a7761743a3a636f72653a3a71756f7465 15 01000000 78 00000000",
        "49e036f6a3d0d0d127a7ab793409fff872fe1567c7dcd70ad43026dfba45af0c",
    ),
];

const PROGRAMS: [(&str, &str, &str); 3] = [
    (
        "",
        "17 00000000",
        "4a831b5616abf18bcb845c4ec3f80a1702a0ab5906520e62afec5b4d3409d785",
    ),
    (
        "(f x)",
        "17 01000000 16 02000000 15 01000000 66 00000000 15 01000000 78 00000000",
        "053dfd5c84d9fb5b2e68c6c8f04707383e72410a9922d958da1a773f465bcb73",
    ),
    (
        "(:wat::core::def :demo::answer 42)",
        "17 01000000 16 03000000 14 0f000000 3a7761743a3a636f72653a3a646566 14 0d000000 \
         3a64656d6f3a3a616e73776572 10 2a00000000000000",
        "cb5c832e1ae59272f6e928a85671b96d5622ad22692cedf82463364ebe3db2a9",
    ),
];

#[test]
fn s10_s12_bytes_and_addresses_of_forms() {
    for (text, bytes, address) in VECTORS {
        let form = &forms(text)[0];
        let got = canonical_bytes(form, form.root()).expect("a form without errors");
        assert_eq!(hex(&got), bytes.replace(' ', ""), "{text:?}");
        assert_eq!(Address::of(&got).to_hex(), address, "{text:?}");
    }
}

#[test]
fn s10_s12_bytes_and_addresses_of_programs() {
    for (text, bytes, address) in PROGRAMS {
        let forms = forms(text);
        let got =
            program_bytes(&forms.iter().collect::<Vec<_>>()).expect("a program without errors");
        assert_eq!(hex(&got), bytes.replace(' ', ""), "{text:?}");
        assert_eq!(Address::of(&got).to_hex(), address, "{text:?}");
    }
}

#[test]
fn s13_sha256_of_canonical_bytes() {
    use sha2::{Digest, Sha256};
    let form = |text: &str| {
        let form = &forms(text)[0];
        canonical_bytes(form, form.root()).expect("a form without errors")
    };
    let program = |text: &str| {
        let forms = forms(text);
        program_bytes(&forms.iter().collect::<Vec<_>>()).expect("a program without errors")
    };
    for (bytes, digest) in [
        (
            form("42"),
            "0d3a1c40f33e714c1a5290f7bd0bdbdf1bfae0371daf24af0139c838d110092c",
        ),
        (
            form("(f x)"),
            "2eb0886f7405d43f0fc513b229057e63f9b54c782bbc2511d460d4020ed4e1b0",
        ),
        (
            program("(f x)"),
            "8d3a1e91660505ecb565f1c406307e6fc57bf8e7aefc61d15c9dc5af0982a276",
        ),
        (
            program("(:wat::core::def :demo::answer 42)"),
            "c26ebe432ed4066414c11e8eaa0b483d209c028728f6033c36964b4a8eddf7c0",
        ),
    ] {
        assert_eq!(hex(&Sha256::digest(&bytes)), digest);
    }
}

#[test]
fn s14_a_form_with_an_error_has_no_bytes() {
    for text in [
        "(f @)",
        "(f",
        "(f :V<A)",
        "(f :V<A, B>)",
        "(f :V<:A>)",
        "(f ')",
        "(f a::b)",
        "(f \"\\q\")",
        "(f +5)",
        "(f [x)",
        "1N",
        ":",
    ] {
        let form = &forms(text)[0];
        assert_eq!(canonical_bytes(form, form.root()), None, "{text:?}");
        assert_eq!(program_bytes(&[form]), None, "{text:?}");
    }
    // A sound part of such a form has bytes, and a warning is no error.
    let form = &forms("(f @ 007)")[0];
    assert!(canonical_bytes(form, NodeId(1)).is_some());
    assert!(canonical_bytes(form, NodeId(3)).is_some());
}

#[test]
fn s1_s3_printing() {
    for (text, printed) in [
        ("( :demo::f   0x10 , [a  b] )", "(:demo::f 16 [a b])"),
        (
            "(:wat::core::quasiquote (f (:wat::core::unquote x)))",
            "`(f ~x)",
        ),
        ("\"a\\u0041\nb\"", "\"aA\\nb\""),
        ("1e16", "1e16"),
        ("{:k 1,  :l 2}", "{:k 1 :l 2}"),
        ("()", "()"),
        ("[[] {} #{}]", "[[] {} #{}]"),
        ("'()", "'()"),
        ("(a 'b (c) ~@d)", "(a 'b (c) ~@d)"),
        ("(:wat::core::quote)", "(:wat::core::quote)"),
        ("((:wat::core::quote) x)", "((:wat::core::quote) x)"),
    ] {
        let form = &forms(text)[0];
        assert_eq!(print_ast(form, form.root()), printed, "{text:?}");
    }
    let form = &forms("(a (b 'c) d)")[0];
    assert_eq!(print_ast(form, NodeId(2)), "(b 'c)");
}
