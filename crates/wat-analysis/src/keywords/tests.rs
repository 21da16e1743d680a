//! Calls as the shape alone decides them.

use proptest::prelude::*;

use super::*;

fn form(lead: usize, params: &[&str], rest: Option<&str>) -> KeywordForm {
    let param = |name: &&str| KeywordParam {
        name: (*name).into(),
        ty: None,
    };
    KeywordForm {
        lead,
        params: params.iter().map(param).collect(),
        rest: rest.as_ref().map(param),
        keyword_only: false,
    }
}

/// `:a 1 :b 2` as keys; anything without a colon is a value.
fn shape(form: &KeywordForm, call: &str) -> CallShape {
    let args: Vec<Option<&str>> = call
        .split_whitespace()
        .map(|word| word.strip_prefix(':'))
        .collect();
    call_shape(form, &args)
}

fn faults(form: &KeywordForm, call: &str) -> Vec<Fault> {
    match shape(form, call) {
        CallShape::Broken { faults, .. } => faults,
        other => panic!("{call} is read as {other:?}"),
    }
}

#[test]
fn the_count_decides() {
    let two = form(0, &["a", "b"], None);
    assert_eq!(shape(&two, "1 2"), CallShape::Positional);
    assert_eq!(shape(&two, ":a 2"), CallShape::Positional);
    assert_eq!(
        shape(&two, ":b 1 :a 2"),
        CallShape::Keywords(vec![(1, 1), (0, 3)])
    );
    assert_eq!(shape(&two, "1 2 3"), CallShape::Positional);
    assert_eq!(shape(&two, ""), CallShape::Positional);
}

#[test]
fn leads_are_given_by_position() {
    let led = form(1, &["capability", "key", "value"], None);
    assert_eq!(shape(&led, "c 1 2"), CallShape::Positional);
    assert_eq!(
        shape(&led, "c :value 1 :key 2"),
        CallShape::Keywords(vec![(2, 2), (1, 4)])
    );
    assert_eq!(faults(&led, "c :key 1 :key 2").len(), 2);
    assert_eq!(shape(&led, ""), CallShape::Positional);
    let unknown = faults(&led, "c :capability 1 :key 2 :value 3");
    assert!(
        matches!(unknown[..], [Fault::Mixed { at: 1, .. }]),
        "{unknown:?}"
    );
}

#[test]
fn a_rest_parameter_may_be_left_out_and_its_keys_must_be_right() {
    let rest = form(0, &["init"], Some("more"));
    assert_eq!(shape(&rest, ":init 1"), CallShape::Keywords(vec![(0, 1)]));
    assert_eq!(
        shape(&rest, ":more 1 :init 2"),
        CallShape::Keywords(vec![(1, 1), (0, 3)])
    );
    assert_eq!(shape(&rest, ":more 1"), CallShape::Positional);
    assert_eq!(shape(&rest, ":init 1 :other 2"), CallShape::Positional);
    assert_eq!(shape(&rest, ":init 1 :init 2"), CallShape::Positional);
}

#[test]
fn each_fault_is_found_once() {
    let two = form(0, &["host", "port"], None);
    assert_eq!(faults(&two, ":host 1 :port"), [Fault::NoValue { key: 2 }]);
    assert_eq!(
        faults(&two, ":host 1 x"),
        [Fault::Mixed {
            at: 2,
            labels: Some(vec![(2, 1)]),
        }]
    );
    assert_eq!(
        faults(&two, "1 :port 2"),
        [Fault::Mixed {
            at: 0,
            labels: Some(vec![(0, 0)]),
        }]
    );
    assert_eq!(
        faults(&two, ":hots 1 :port 2"),
        [Fault::Unknown {
            key: 0,
            near: vec![0],
        }]
    );
    assert_eq!(
        faults(&two, ":host 1 :port 2 :port 3"),
        [Fault::Duplicate {
            first: 2,
            second: 4,
        }]
    );
    assert_eq!(
        faults(&two, ":a 1 :b 2").len(),
        3,
        "two unknown keys, and what is missing"
    );
}

#[test]
fn a_given_parameter_is_not_suggested_even_if_it_comes_later() {
    let two = form(0, &["host", "hosts"], None);
    assert_eq!(
        faults(&two, ":hots 1 :host 2"),
        [Fault::Unknown {
            key: 0,
            near: vec![1],
        }]
    );
}

#[test]
fn keyword_only_calls_are_never_positional() {
    let only = form(0, &["x", "y"], None).only();
    assert_eq!(
        faults(&only, "1 2"),
        [Fault::KeywordOnly {
            labels: Some(vec![(0, 0), (1, 1)]),
        }]
    );
    assert_eq!(
        faults(&only, "1 :y 2"),
        [Fault::KeywordOnly {
            labels: Some(vec![(0, 0)]),
        }]
    );
    assert_eq!(
        faults(&only, "1 2 3"),
        [Fault::KeywordOnly { labels: None }]
    );
    assert_eq!(faults(&only, ""), [Fault::Missing(vec![0, 1])]);
    assert_eq!(faults(&only, ":x 1"), [Fault::Missing(vec![1])]);
    assert_eq!(
        faults(&only, ":x"),
        [Fault::NoValue { key: 0 }, Fault::Missing(vec![1])]
    );
}

#[test]
fn names_are_compared_in_kebab_case() {
    let one = form(0, &["host-name"], None);
    for key in [
        ":hostName 1",
        ":host_name 1",
        ":HostName 1",
        ":HOST_NAME 1",
        ":HOSTName 1",
    ] {
        assert_eq!(
            faults(&one, key),
            [Fault::Unknown {
                key: 0,
                near: vec![0],
            }]
        );
    }
}

#[test]
fn the_name_of_a_variant_has_with_before_its_last_part() {
    for (target, name) in [
        (":my::connect", ":my::with-connect"),
        (
            ":net::Program/remote-mtls",
            ":net::Program/with-remote-mtls",
        ),
        (":my::pair<A,B>", ":my::with-pair"),
        (":connect", ":with-connect"),
    ] {
        assert_eq!(derived_name(target), name);
    }
}

proptest! {
    /// §10.2: the keyword form of a call is read as such in every order of its pairs, and its positional form never is.
    #[test]
    fn every_permutation_is_a_keyword_call(lead in 0usize..3, count in 1usize..6, rest: bool, seed: u64) {
        let names: Vec<String> = (0..lead + count).map(|at| format!("p{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let form = form(lead, &names, rest.then_some("more"));
        let mut order: Vec<usize> = (lead..lead + count + usize::from(rest)).collect();
        let mut state = seed;
        for at in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        let mut args: Vec<Option<&str>> = vec![None; lead];
        for &param in &order {
            args.extend([Some(form.key(param)), None]);
        }
        let pairs = order.iter().enumerate().map(|(at, &param)| (param, lead + 2 * at + 1));
        prop_assert_eq!(call_shape(&form, &args), CallShape::Keywords(pairs.collect()));
        let positional: Vec<Option<&str>> = vec![None; lead + count];
        prop_assert_eq!(call_shape(&form, &positional), CallShape::Positional);
    }

    /// No call makes the reading fail, and every place that it names exists.
    #[test]
    fn every_call_is_read(lead in 0usize..3, count in 1usize..4, rest: bool, only: bool, call in prop::collection::vec(0usize..7, 0..9)) {
        let keys = ["p0", "p1", "p2", "p3", "pq", "zzzzzz"];
        let mut form = form(lead.min(count - 1), &keys[..count], rest.then_some("more"));
        form.keyword_only = only;
        let args: Vec<Option<&str>> = call.iter().map(|&word| keys.get(word).copied()).collect();
        match call_shape(&form, &args) {
            CallShape::Positional => prop_assert!(!only || args.len() < form.lead),
            CallShape::Keywords(pairs) => {
                prop_assert!(pairs.iter().all(|(_, value)| *value < args.len()));
            }
            CallShape::Broken { faults, given, loose } => {
                prop_assert!(!faults.is_empty());
                prop_assert!(given.iter().all(|(_, value)| *value < args.len()));
                prop_assert!(loose.iter().all(|value| *value < args.len()));
            }
        }
    }
}
