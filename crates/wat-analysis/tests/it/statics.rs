//! The static rules of concurrency: what is refused, and what is not.
//!
//! Programs are written short: `k.` is `:wat::kernel::`, `c.` is `:wat::core::`, `K.` and `C.` the same inside a type.

use wat_analysis::{
    Applicability, Diagnostic, FileKind, Options, RootDatabase, Severity, SourceText,
    file_diagnostics,
};

fn spelled(text: &str) -> String {
    let mut text = text.to_owned();
    for before in [" ", "(", "[", "\n"] {
        text = text.replace(&format!("{before}k."), &format!("{before}:wat::kernel::"));
        text = text.replace(&format!("{before}c."), &format!("{before}:wat::core::"));
    }
    text.replace("K.", "wat::kernel::")
        .replace("C.", "wat::core::")
}

fn database(text: &str, raw: bool) -> (RootDatabase, Vec<Diagnostic>) {
    let mut db = RootDatabase::new();
    db.set_options(Options {
        allow_raw_spawn: raw,
        ..Options::default()
    });
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let found = file_diagnostics(&db, file).to_vec();
    (db, found)
}

/// Code and text of each diagnostic, in order.
fn found(text: &str, raw: bool) -> Vec<String> {
    let text = spelled(text);
    let (_, found) = database(&text, raw);
    for diagnostic in &found {
        machine_fixes(&text, raw, diagnostic);
    }
    let line = |diagnostic: &Diagnostic| {
        let range = diagnostic.span.range;
        let spanned = &text[usize::from(range.start())..usize::from(range.end())];
        let spanned = spanned.split_whitespace().collect::<Vec<_>>().join(" ");
        format!(
            "{} {}",
            diagnostic.code,
            spanned
                .replace(":wat::kernel::", "k.")
                .replace(":wat::core::", "c.")
        )
    };
    // Handles print as opaque tags: another rule, and no matter here.
    let matters = found.iter().filter(|found| found.code.0 != 3607);
    matters.map(line).collect()
}

/// A fix that is said to be right removes its diagnostic and adds no error.
fn machine_fixes(text: &str, raw: bool, diagnostic: &Diagnostic) {
    let errors = |text: &str| {
        let (_, found) = database(text, raw);
        let errors = found.iter().filter(|d| d.severity == Severity::Error);
        errors.map(|d| d.code).collect::<Vec<_>>()
    };
    let (_, all) = database(text, raw);
    let same = |found: &[Diagnostic]| found.iter().filter(|d| d.code == diagnostic.code).count();
    let right = diagnostic
        .fixes
        .iter()
        .filter(|fix| fix.applicability == Applicability::MachineApplicable);
    for fix in right {
        let mut edited = text.to_owned();
        for edit in fix.edits.iter().rev() {
            let range = usize::from(edit.range.start())..usize::from(edit.range.end());
            edited.replace_range(range, &edit.insert);
        }
        let (_, after) = database(&edited, raw);
        assert!(same(&after) < same(&all), "{}: {edited}", fix.title);
        let mut left = errors(text);
        for code in errors(&edited) {
            let at = left.iter().position(|other| *other == code);
            let at = at.unwrap_or_else(|| panic!("{} adds {code}: {edited}", fix.title));
            left.remove(at);
        }
    }
}

fn refused(text: &str, expected: &[&str]) {
    assert_eq!(found(text, true), expected, "{text}");
}

fn accepted(text: &str) {
    refused(text, &[]);
}

/// A function body around expressions on the usual handles.
fn body(text: &str) -> String {
    format!(
        "(c.defn :u::f [tx <- k.Sender<C.i64> rx <- k.Receiver<C.i64> rxs <- c.Vector<K.Receiver<C.i64>> \
         d <- :wat::time::Duration b <- c.bool] -> c.nil {text})"
    )
}

const OK: &str = "((c.Ok _) c.nil) ((c.Err _) c.nil)";
const WORKER: &str =
    "(c.defn :u::work [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil c.nil)\n";
const RECEIVER: &str = "(c.defn :u::work [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil \
     (c.match (k.recv in) ((c.Ok _) c.nil) ((c.Err _) c.nil)))\n";

#[test]
fn a_communication_is_consumed_where_it_stands() {
    accepted(&body(&format!("(c.match (k.send tx 1) {OK})")));
    accepted(&body("(c.Result/expect (k.send tx 1) \"sent\")"));
    accepted(&body(&format!(
        "(c.match (c.if b (k.send tx 1) (k.send tx 2)) {OK})"
    )));
    accepted(&body(&format!(
        "(c.match (c.do (k.println 1) (k.send tx 1)) {OK})"
    )));
    accepted(&body(&format!(
        "(c.match (c.cond (b (k.send tx 1)) (:else (k.send tx 2))) {OK})"
    )));
    accepted(&body(
        "(c.match (k.recv-within rx d) ((c.Some _) c.nil) (c.None c.nil))",
    ));
    accepted(
        "(c.defn :u::f [tx <- k.Sender<C.i64>] -> c.Result<C.nil,K.ThreadPanics> \
         (c.do (c.Result/try (k.send tx 1)) (k.send tx 2)))",
    );
    accepted(
        "(c.defn :u::f [rx <- k.Receiver<C.i64>] -> k.CommResult<C.i64> (c.let [x 1] (k.recv rx)))",
    );
}

#[test]
fn a_name_is_consumed_by_what_looks_at_it() {
    accepted(&body(&format!(
        "(c.let [r (k.send tx 1)] (c.match r {OK}))"
    )));
    accepted(&body(&format!(
        "(c.let [r (k.send tx 1) q r] (c.match q {OK}))"
    )));
    accepted(&body(&format!(
        "(c.let [r (k.send tx 1)] (c.when b (c.let [z 1] (c.match r {OK}))))"
    )));
    accepted(&body(
        "(c.let [r (k.send tx 1) _ (c.Result/expect r \"sent\")] c.nil)",
    ));
    refused(
        &body("(c.let [r (k.send tx 1)] c.nil)"),
        &["WAT4002 (k.send tx 1)"],
    );
    refused(
        &body("(c.let [r (k.send tx 1) q r] c.nil)"),
        &["WAT4002 (k.send tx 1)"],
    );
    refused(
        &body("(c.let [r (k.send tx 1)] (k.println r))"),
        &["WAT4002 (k.send tx 1)"],
    );
    // The other variable of that name is not this one.
    refused(
        &body(&format!(
            "(c.let [r (k.send tx 1) r (k.send tx 2)] (c.match r {OK}))"
        )),
        &["WAT4002 (k.send tx 1)"],
    );
}

#[test]
fn everything_else_ignores_a_communication() {
    refused(
        &body("(c.do (k.send tx 1) c.nil)"),
        &["WAT4002 (k.send tx 1)"],
    );
    refused(
        &body("(c.let [_ (k.send tx 1)] c.nil)"),
        &["WAT4002 (k.send tx 1)"],
    );
    refused(
        &body("(c.let [_r (k.recv rx)] c.nil)"),
        &["WAT4002 (k.recv rx)"],
    );
    refused(&body("(k.println (k.recv rx))"), &["WAT4002 (k.recv rx)"]);
    refused(
        &body("(c.when b (k.send tx 1) c.nil)"),
        &["WAT4002 (k.send tx 1)"],
    );
    refused(
        &body("(k.println (k.recv-within rx d))"),
        &["WAT4002 (k.recv-within rx d)"],
    );
    refused(
        &body("(c.do (c.if b (k.send tx 1) (k.send tx 2)) c.nil)"),
        &["WAT4002 (k.send tx 1)", "WAT4002 (k.send tx 2)"],
    );
    refused(
        &body(
            "(k.println (c.length (c.map rxs (c.fn [r <- k.Receiver<C.i64>] -> k.CommResult<C.i64> (k.recv r)))))",
        ),
        &["WAT4002 (k.recv r)"],
    );
    // Polling is no communication that must be looked at.
    accepted(&body(
        "(c.do (k.println (k.try-recv rx)) (k.println (k.drain rx)) c.nil)",
    ));
}

#[test]
fn functions_that_hand_on_a_communication_are_communications() {
    let next = "(c.defn :u::next [rx <- k.Receiver<C.i64>] -> k.CommResult<C.i64> (k.recv rx))\n";
    let stop = "(c.defn :u::stop [t <- k.Thread<C.i64,C.i64>] -> c.Result<C.nil,K.ThreadPanics> (k.Thread/drain-and-join t))\n";
    let late = "(c.defn :u::late [rx <- k.Receiver<C.i64> d <- :wat::time::Duration] -> c.Option<K.CommResult<C.i64>> (k.recv-within rx d))\n";
    refused(
        &format!("{next}{}", body("(c.do (:u::next rx) c.nil)")),
        &["WAT4002 (:u::next rx)"],
    );
    accepted(&format!(
        "{next}{}",
        body(&format!("(c.match (:u::next rx) {OK})"))
    ));
    refused(
        &format!("{stop}(c.defn :u::f [t <- k.Thread<C.i64,C.i64>] -> c.nil (:u::stop t) c.nil)"),
        &["WAT4002 (:u::stop t)"],
    );
    refused(
        &format!("{late}{}", body("(c.do (:u::late rx d) c.nil)")),
        &["WAT4002 (:u::late rx d)"],
    );
    // The join itself is no communication, but its result is one that matters.
    refused(
        "(c.defn :u::f [t <- k.Thread<C.i64,C.i64>] -> c.nil (k.Thread/drain-and-join t) c.nil)",
        &["WAT3507 (k.Thread/drain-and-join t)"],
    );
}

#[test]
fn communications_are_no_values() {
    let next = "(c.defn :u::next [rx <- k.Receiver<C.i64>] -> k.CommResult<C.i64> (k.recv rx))\n";
    refused(
        &body("(k.println (c.length (c.map rxs k.recv)))"),
        &["WAT4017 k.recv"],
    );
    refused(
        &format!(
            "{next}{}",
            body("(k.println (c.length (c.map rxs :u::next)))")
        ),
        &["WAT4017 :u::next"],
    );
    accepted(&body("(k.println (c.length (c.map rxs k.drain)))"));
    accepted(&body(
        "(k.println (c.map rxs (c.fn [r <- k.Receiver<C.i64>] -> c.bool (c.match (k.recv r) ((c.Ok _) true) ((c.Err _) false)))))",
    ));
}

#[test]
fn something_looks_at_what_select_received() {
    let warned: &[&str] = &["WAT4019 (k.select rxs)"];
    refused(&body("(k.println (c.first (k.select rxs)))"), warned);
    refused(
        &body("(c.let [[i got] (k.select rxs)] (k.println i))"),
        warned,
    );
    refused(
        &body("(c.let [s (k.select rxs)] (k.println (c.first s)))"),
        warned,
    );
    refused(&body("(c.do (k.select rxs) c.nil)"), warned);
    refused(
        &body("(c.match (k.select rxs) ([i got] (k.println i)))"),
        warned,
    );
    refused(
        &body("(c.match (k.select-within rxs d) ((c.Some [i got]) (k.println i)) (c.None c.nil))"),
        &["WAT4019 (k.select-within rxs d)"],
    );
    accepted(&body("(c.let [[i _got] (k.select rxs)] (k.println i))"));
    accepted(&body("(c.let [[_ got] (k.select rxs)] (k.println got))"));
    accepted(&body("(c.let [s (k.select rxs)] (k.println (c.second s)))"));
    accepted(&body("(c.let [s (k.select rxs) t s] (k.println t))"));
    accepted(&body("(k.println (k.select rxs))"));
    accepted(&body(
        "(c.match (k.select-within rxs d) ((c.Some [_ got]) (k.println got)) (c.None c.nil))",
    ));
    accepted(&body(
        "(c.let [[i got] (c.Option/expect (k.select-within rxs d) \"ready\")] (k.println got))",
    ));
    accepted(
        "(c.defn :u::f [rxs <- c.Vector<K.Receiver<C.i64>>] -> k.Chosen<C.i64> (k.select rxs))",
    );
    refused(
        &body(
            "(c.let [[i got] (k.select (c.Vector :wat::kernel::Receiver<C.i64>))] (k.println got))",
        ),
        &["WAT4016 (c.Vector k.Receiver<wat::core::i64>)"],
    );
}

/// A worker on an inline function, a channel in the same `let`, and a join.
fn scope(receives: &str, between: &str, join: &str) -> String {
    format!(
        "(c.defn :u::f [b <- c.bool] -> c.nil (c.let [[tx rx] (k.make-bounded-channel :wat::core::i64 1) \
         t (k.spawn-thread (c.fn [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil {receives})) {between}] \
         (c.match ({join} t) {OK})))"
    )
}

const RECV: &str = "(c.match (k.recv rx) ((c.Ok _) c.nil) ((c.Err _) c.nil))";
const RECV_IN: &str = "(c.match (k.recv in) ((c.Ok _) c.nil) ((c.Err _) c.nil))";
const DRAIN: &str = "k.Thread/drain-and-join";

#[test]
fn a_join_waits_for_nobody_who_waits_for_its_own_scope() {
    let hangs: &[&str] = &["WAT4003 (k.Thread/drain-and-join t)"];
    refused(&scope(RECV, "", DRAIN), hangs);
    refused(&scope("(c.do (k.drain rx) c.nil)", "", DRAIN), hangs);
    refused(
        &scope("(c.let [[_ _got] (k.select [rx])] c.nil)", "", DRAIN),
        hangs,
    );
    refused(&scope(RECV, "pair (c.Tuple tx 1)", DRAIN), hangs);
    refused(&scope(RECV, "_ (k.drop rx)", DRAIN), hangs);
    // The worker receives nothing, or only from the input that the join closes.
    accepted(&scope("c.nil", "", DRAIN));
    accepted(&scope(RECV_IN, "", DRAIN));
    // The sender is closed before the join, or taken from the worker.
    accepted(&scope(RECV, "_ (k.drop tx)", DRAIN));
    accepted(&scope(RECV, "_ (k.Sender/close tx)", DRAIN));
    refused(&scope(RECV, "_ (c.let [z 1] (k.drop tx))", DRAIN), hangs);
    let own = "(c.defn :u::f [t <- k.Thread<C.i64,C.i64>] -> c.nil (c.let [u t in (k.Thread/input u)] (c.match (k.Thread/drain-and-join u) ((c.Ok _) c.nil) ((c.Err _) c.nil))))";
    accepted(own);
    accepted(&own.replace("in (k.Thread/input u)", "in (k.Thread/input u) again in"));
    accepted(&own.replace("in (k.Thread/input u)", "{input} u"));
    accepted(
        "(c.defn :u::f [q <- k.Process<C.i64,C.i64>] -> c.nil (c.let [p q in (k.Process/stdin p) tx (k.Sender/from-pipe in) _ (c.Result/expect (k.send tx 1) \"sent\")] (c.match (k.Process/drain-and-join p) ((c.Ok _) c.nil) ((c.Err _) c.nil))))",
    );
}

#[test]
fn a_close_counts_before_the_join_alone() {
    let inner = |first: &str, second: &str| {
        format!(
            "(c.defn :u::f [b <- c.bool] -> c.nil (c.let [[tx rx] (k.make-bounded-channel :wat::core::i64 1) \
             t (k.spawn-thread (c.fn [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil {RECV}))] {first} {second}))"
        )
    };
    let join = format!("(c.match (k.Thread/drain-and-join t) {OK})");
    let hangs: &[&str] = &["WAT4003 (k.Thread/drain-and-join t)"];
    accepted(&inner("(k.drop tx)", &join));
    refused(&inner(&join, "(k.drop tx)"), hangs);
    refused(&inner("", &format!("(c.if b (k.drop tx) {join})")), hangs);
    accepted(&inner("(c.when b (k.drop tx))", &join));
}

#[test]
fn the_body_of_a_worker_may_be_a_function_of_the_program() {
    let scope = "(c.defn :u::f [] -> c.nil (c.let [[tx rx] (k.make-bounded-channel :wat::core::i64 1) \
         t (k.spawn-thread :u::work)] (c.match (k.Thread/drain-and-join t) ((c.Ok _) c.nil) ((c.Err _) c.nil))))";
    accepted(&format!("{WORKER}{scope}"));
    accepted(&format!("{RECEIVER}{scope}"));
    let elsewhere = RECEIVER.replace(
        "(k.recv in)",
        "(k.recv (k.Receiver/from-pipe (c.second (k.pipe))))",
    );
    let elsewhere = elsewhere.replace("(c.Ok _)", "(c.Ok (c.Some 1)) c.nil) ((c.Ok _)");
    let held = scope.replace("[]", "[tx <- k.Sender<C.i64>]").replace(
        "[tx rx] (k.make-bounded-channel :wat::core::i64 1)",
        "held tx",
    );
    refused(
        &format!("{elsewhere}{held}"),
        &["WAT4003 (k.Thread/drain-and-join t)"],
    );
    // The receiver of this channel is nobody else's.
    accepted(&format!("{elsewhere}{scope}"));
    // Any other binding counts as one that receives.
    refused(
        "(c.defn :u::f [given <- k.Thread<C.i64,C.i64> tx <- k.Sender<C.i64>] -> c.nil (c.let [t given held [tx]] (c.match (k.Thread/drain-and-join t) ((c.Ok _) c.nil) ((c.Err _) c.nil))))",
        &["WAT4003 (k.Thread/drain-and-join t)"],
    );
    // A holder outside the `let` of the worker is nobody's sibling.
    accepted(
        "(c.defn :u::f [given <- k.Thread<C.i64,C.i64> tx <- k.Sender<C.i64>] -> c.nil (c.let [held tx] (c.let [t given] (c.match (k.Thread/drain-and-join t) ((c.Ok _) c.nil) ((c.Err _) c.nil)))))",
    );
    // Structs are not searched.
    accepted(
        "(c.struct :u::S (tx :wat::kernel::Sender<C.i64>))\n(c.defn :u::f [given <- k.Thread<C.i64,C.i64> s <- :u::S] -> c.nil (c.let [t given held s] (c.match (k.Thread/drain-and-join t) ((c.Ok _) c.nil) ((c.Err _) c.nil))))",
    );
}

#[test]
fn a_channel_that_has_nothing_to_do_with_the_worker_is_no_reason() {
    let scope = |bindings: &str, join: &str| {
        format!(
            "(c.defn :u::use [r <- k.Receiver<C.i64>] -> c.nil c.nil)\n\
             (c.defn :u::f [given <- k.Thread<C.i64,C.i64> from <- k.Receiver<C.i64> to <- k.Sender<C.i64>] -> c.nil \
             (c.let [[tx rx] (k.make-bounded-channel :wat::core::i64 1)] \
             (c.let [[tx2 rx2] (k.make-bounded-channel :wat::core::i64 1) {bindings}] {join})))"
        )
    };
    let worker = |body: &str| {
        format!(
            "(k.spawn-thread (c.fn [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil {body}))"
        )
    };
    let wait = |from: &str| format!("(c.match (k.recv {from}) ((c.Ok _) c.nil) ((c.Err _) c.nil))");
    let join = |worker: &str| format!("(c.match (k.Thread/drain-and-join {worker}) {OK})");
    let used = "_ (c.Result/expect (k.send tx2 1) \"sent\") _ (k.drain rx2)";
    let first = format!("t {}", worker(&wait("rx")));
    let hangs: &[&str] = &["WAT4003 (k.Thread/drain-and-join t)"];
    // Only this thread uses the other channel.
    accepted(&scope(&format!("{first} {used}"), &join("t")));
    accepted(&scope(&format!("t given {used}"), &join("t")));
    accepted(&scope(
        "t given pool (k.HandlePool::new \"p\" [tx2]) _ (k.HandlePool::finish pool)",
        &join("t"),
    ));
    // Another worker waits for it, and this one does not wait for that one.
    let second = format!("other {}", worker(&wait("rx2")));
    let both = format!("(c.do {} (k.drop tx2) {})", join("t"), join("other"));
    accepted(&scope(&format!("{first} {second} _ (k.drop tx)"), &both));
    accepted(&scope(&format!("{first} {second}"), &both));
    accepted(&scope(
        &format!(
            "t {} {second}",
            worker(&wait("(k.after (:wat::time::Second 1) 1)"))
        ),
        &both,
    ));
    // This one waits for what the other sends, which waits for the sender that is alive here.
    let between = format!("(c.do {} (k.drop tx))", wait("rx2"));
    let pipeline = format!("{first} other {}", worker(&between));
    refused(&scope(&pipeline, &both), hangs);
    accepted(&scope(&format!("{pipeline} _ (k.drop tx)"), &both));
    // Nobody knows what the worker receives, or where the channel went.
    refused(&scope(&format!("t given {second}"), &both), hangs);
    refused(
        &scope(
            "t given _ (:u::use rx2) _ (c.Result/expect (k.send tx2 1) \"sent\")",
            &join("t"),
        ),
        hangs,
    );
    refused(&scope("t given pair (c.Tuple rx2 1)", &join("t")), hangs);
    refused(
        &scope(&format!("t {} {second}", worker(&wait("from"))), &both),
        hangs,
    );
    refused(
        &scope(&format!("t {} {second}", worker(&wait("rx2"))), &both),
        hangs,
    );
    let apart = worker(&wait(
        "(c.Option/expect -> k.Receiver<C.i64> (c.first [rx]) \"one\")",
    ));
    refused(&scope(&format!("t {apart} {second}"), &both), hangs);
    // What a parameter holds is no end of a channel that was made here.
    accepted(&scope(&format!("{first} held to {used}"), &join("t")));
    refused(
        &scope(
            &format!("t {} held to {used}", worker(&wait("from"))),
            &join("t"),
        ),
        hangs,
    );
}

#[test]
fn the_senders_may_live_in_an_inner_scope() {
    accepted(&format!(
        "(c.defn :u::f [] -> c.nil (c.let [t (c.let [[tx rx] (k.make-bounded-channel :wat::core::i64 1)] \
         (k.spawn-thread (c.fn [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil {RECV})))] \
         (c.match (k.Thread/drain-and-join t) {OK})))"
    ));
}

const BOTH: &str =
    "(c.defn :u::both [a <- k.Sender<C.i64> b <- k.Receiver<C.i64>] -> c.nil c.nil)\n";

fn pair(bindings: &str, call: &str) -> String {
    format!("{BOTH}(c.defn :u::f [] -> c.nil (c.let [{bindings}] {call}))")
}

#[test]
fn one_call_gets_one_end_of_a_channel() {
    let made = "(k.make-bounded-channel :wat::core::i64 1)";
    let refused_call: &[&str] = &["WAT4004 (:u::both tx rx)"];
    refused(
        &pair(&format!("[tx rx] {made}"), "(:u::both tx rx)"),
        refused_call,
    );
    refused(
        &pair(&format!("p {made} [tx rx] p"), "(:u::both tx rx)"),
        refused_call,
    );
    refused(
        &pair(
            &format!("p {made} q p tx (c.first q) rx (c.second p)"),
            "(:u::both tx rx)",
        ),
        refused_call,
    );
    refused(
        &pair(&format!("p {made}"), "(:u::both (c.first p) (c.second p))"),
        &["WAT4004 (:u::both (c.first p) (c.second p))"],
    );
    refused(
        &pair(
            &format!("[tx rx] {made}"),
            "((c.fn [a <- k.Sender<C.i64> b <- k.Receiver<C.i64>] -> c.nil c.nil) tx rx)",
        ),
        &[
            "WAT4004 ((c.fn [a <- k.Sender<wat::core::i64> b <- k.Receiver<wat::core::i64>] -> c.nil c.nil) tx rx)",
        ],
    );
    // Two channels; a tuple; a constructor; a verb of the kernel.
    accepted(&pair(
        &format!("[tx r1] {made} [t2 rx] {made}"),
        "(:u::both tx rx)",
    ));
    accepted(&pair(
        &format!("[tx rx] {made} both (c.Tuple tx rx)"),
        "(k.println both)",
    ));
    accepted(&format!(
        "(c.struct :u::P (a :wat::kernel::Sender<C.i64>) (b :wat::kernel::Receiver<C.i64>))\n(c.defn :u::f [] -> :u::P (c.let [[tx rx] {made}] (:u::P/new tx rx)))"
    ));
    accepted(&format!(
        "(c.defn :u::f [] -> k.ThreadPeer<C.i64,C.i64> (c.let [[tx rx] {made}] (k.ThreadPeer/new rx tx)))"
    ));
    // A parameter has no channel.
    accepted(&format!(
        "{BOTH}(c.defn :u::f [p <- k.Channel<C.i64>] -> c.nil (:u::both (c.first p) (c.second p)))"
    ));
}

fn process(text: &str) -> String {
    format!("(c.defn :u::f [p <- k.Process<C.i64,C.i64> b <- c.bool] -> c.nil {text})")
}

#[test]
fn a_process_is_joined_when_its_output_was_read_and_its_input_closed() {
    let join = format!("(c.match (k.Process/join-result p) {OK})");
    let head = "k.Process/join-result";
    let call = format!("({head} p)");
    let (drain, stdin, restricted) = (
        format!("WAT4005 {call}"),
        format!("WAT4006 {call}"),
        format!("WAT4007 {head}"),
    );
    let joined = |text: &str, first: &[&str]| {
        let mut expected = first.to_vec();
        expected.push(&restricted);
        refused(&process(text), &expected);
    };
    joined(
        &format!("(c.let [out (k.Process/stdout p)] {join})"),
        &[&drain],
    );
    joined(
        &format!("(c.let [e (k.Process/stderr p) _ (k.println e)] {join})"),
        &[&drain],
    );
    joined(
        &format!("(c.let [z 1] {join} (k.println (k.Process/stdout p)))"),
        &[&drain],
    );
    // Read to the end before the join.
    let read = "in (k.Process/stdin p) all (:wat::io::IOReader/read-all (k.Process/stdout p))";
    joined(&format!("(c.let [{read}] {join})"), &[]);
    joined(
        &format!(
            "(c.let [in (k.Process/stdin p)] {join} (k.println (k.drain-lines (k.Process/stdout p))))"
        ),
        &[&drain],
    );
    // An accessor in another region.
    joined(
        &format!(
            "(c.let [_ (:wat::io::IOWriter/close (k.Process/stdin p))] (c.let [out (k.Process/stdout p)] (k.println out)) {join})"
        ),
        &[],
    );
    joined(&format!("(c.let [z 1] {join})"), &[&stdin]);
    joined(
        &format!("(c.let [{{stdin}} p] (k.println stdin) {join})"),
        &[],
    );
    // The outermost `let` counts, joins outside of any do not.
    joined(
        &format!(
            "(c.let [in (k.Process/stdin p)] (:wat::io::IOWriter/close in) (c.let [z 1] {join}))"
        ),
        &[],
    );
    joined(&join, &[]);
    // Another variable.
    joined(
        &format!("(c.let [q p in (k.Process/stdin q)] (k.println in) {join})"),
        &[&stdin],
    );
    accepted(&process(&format!(
        "(c.let [out (k.Process/stdout p)] (k.println (k.drain-lines out)) (c.match (k.Process/drain-and-join p) {OK}))"
    )));
}

fn spawning(text: &str) -> String {
    format!("{WORKER}(c.defn :u::f [b <- c.bool] -> c.nil {text})")
}

#[test]
fn workers_are_not_thrown_away() {
    let orphan: &[&str] = &["WAT4018 (k.spawn-thread :u::work)"];
    refused(&spawning("(c.do (k.spawn-thread :u::work) c.nil)"), orphan);
    refused(
        &spawning("(c.let [_ (k.spawn-thread :u::work)] c.nil)"),
        orphan,
    );
    refused(
        &spawning("(c.let [t (k.spawn-thread :u::work)] c.nil)"),
        orphan,
    );
    refused(
        &spawning("(c.let [_t (k.spawn-thread :u::work)] c.nil)"),
        orphan,
    );
    refused(
        &spawning("(c.when b (k.spawn-thread :u::work) c.nil)"),
        orphan,
    );
    refused(
        &spawning("(c.do (c.if b (k.spawn-thread :u::work) (k.spawn-thread :u::work)) c.nil)"),
        &[orphan[0], orphan[0]],
    );
    accepted(&spawning("(k.drop (k.spawn-thread :u::work))"));
    accepted(&spawning(&format!(
        "(c.match (k.Thread/drain-and-join (k.spawn-thread :u::work)) {OK})"
    )));
    let start = "(c.defn :u::start [] -> k.Thread<C.i64,C.i64> (k.spawn-thread :u::work))\n";
    refused(
        &format!("{start}{}", spawning("(c.do (:u::start) c.nil)")),
        &["WAT4018 (:u::start)"],
    );
    refused(
        "(c.defn :u::f [forms <- c.Vector<wat::WatAST>] -> c.nil (k.spawn-process forms) c.nil)",
        &["WAT4018 (k.spawn-process forms)"],
    );
}

#[test]
fn workers_are_read_or_joined() {
    let with = |uses: &str| spawning(&format!("(c.let [t (k.spawn-thread :u::work)] {uses})"));
    let unread: &[&str] = &["WAT4031 t"];
    refused(&with("(k.println t)"), unread);
    refused(&with("(k.println (k.Thread/input t))"), unread);
    refused(&with("(c.let [u t] (k.println u))"), unread);
    refused(&with("t c.nil"), unread);
    // That a handle prints as an opaque tag is not told of a worker whose fault this is already.
    let text = spelled(&with("(k.println t)"));
    let codes: Vec<_> = database(&text, true).1.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, [4031]);
    // Of a worker that was given only printing is nothing.
    let given = |uses: &str| format!("(c.defn :u::f [t <- k.Thread<C.i64,C.i64>] -> c.nil {uses})");
    refused(&given("(k.println t)"), unread);
    accepted(&given(
        "(c.Result/expect (k.send (k.Thread/input t) 1) \"sent\")",
    ));
    accepted(&with("(k.println (k.Thread/output t))"));
    accepted(&with("(k.drop t)"));
    accepted(&with("(k.println (c.length [t]))"));
    accepted(&with("(c.let [u t] (k.drop u))"));
    accepted(&with(&format!(
        "(c.when b (c.match (k.Thread/drain-and-join t) {OK}))"
    )));
    accepted(&format!(
        "{WORKER}(c.defn :u::f [] -> k.Thread<C.i64,C.i64> (c.let [t (k.spawn-thread :u::work)] (k.println 1) t))"
    ));
}

#[test]
fn pools_are_finished() {
    let pool = |uses: &str| {
        format!("(c.defn :u::f [] -> c.nil (c.let [p (k.HandlePool::new \"p\" [1 2])] {uses}))")
    };
    let unfinished: &[&str] = &["WAT4034 (k.HandlePool::new \"p\" [1 2])"];
    refused(&pool("(k.println (k.HandlePool::pop p))"), unfinished);
    refused(&pool("c.nil"), unfinished);
    accepted(&pool(
        "(k.println (k.HandlePool::pop p)) (k.HandlePool::finish p)",
    ));
    accepted(&pool("(k.println [p])"));
    accepted("(c.defn :u::f [] -> k.HandlePool<C.i64> (k.HandlePool::new \"p\" [1 2]))");
    accepted("(c.defn :u::f [] -> c.nil (k.HandlePool::finish (k.HandlePool::new \"p\" [1])))");
}

/// Of a finding with a fix that may be wrong: applied, it is gone and nothing is wrong instead.
#[test]
fn handles_that_are_left_over_have_fixes() {
    let is_mended = |text: &str, code: u16| {
        let text = spelled(text);
        let found = database(&text, true).1;
        let told = found.iter().find(|it| it.code.0 == code);
        let told = told.unwrap_or_else(|| panic!("WAT{code} is not told: {text}"));
        let fix = told.fixes.iter();
        let mut fix = fix.filter(|fix| fix.applicability == Applicability::MaybeIncorrect);
        let fix = fix
            .next()
            .unwrap_or_else(|| panic!("WAT{code} has no fix: {text}"));
        let after = crate::fixes::apply(&text, fix);
        let left: Vec<_> = database(&after, true)
            .1
            .iter()
            .map(|it| it.code.0)
            .filter(|code| *code != 3607)
            .collect();
        assert_eq!(left, [] as [u16; 0], "{after}");
    };
    let with = |uses: &str| spawning(&format!("(c.let [t (k.spawn-thread :u::work)] {uses})"));
    is_mended(&with("(k.println (k.Thread/input t))"), 4031);
    let pool = |ty: &str, uses: &str| {
        format!("(c.defn :u::f [] -> {ty} (c.let [p (k.HandlePool::new \"p\" [1 2])] {uses}))")
    };
    is_mended(&pool("c.nil", "(k.println (k.HandlePool::pop p))"), 4034);
    is_mended(&pool("c.i64", "(k.println 1) (k.HandlePool::pop p)"), 4034);
    for verb in ["(k.select rxs)", "(k.select-within rxs d)"] {
        let text = spelled(&format!(
            "(c.defn :u::f [rxs <- c.Vector<wat::kernel::Receiver<wat::core::i64>> d <- :wat::time::Duration] -> c.nil {verb} c.nil)"
        ));
        let found = database(&text, true).1;
        let told = found.iter().find(|it| it.code.0 == 4019);
        let told = told.unwrap_or_else(|| panic!("{text}"));
        assert_eq!(told.fixes.len(), 1);
        assert_eq!(told.fixes[0].applicability, Applicability::HasPlaceholders);
    }
}

#[test]
fn work_of_other_processes_holds_no_handles() {
    let outer = |text: &str| {
        format!("(c.defn :u::f [tx <- k.Sender<C.i64> base <- c.i64] -> c.nil {text})")
    };
    let send = "(c.fn [n <- c.i64] -> c.nil (c.Result/expect (k.send tx n) \"sent\"))";
    refused(
        &outer(&format!("(k.println (k.run-processes [1 2] {send}))")),
        &["WAT4008 tx"],
    );
    refused(
        &outer(&format!(
            "(c.let [w {send} v w] (k.println (k.run-processes-results [1] v 2)))"
        )),
        &["WAT4008 tx"],
    );
    // Through another function, and inside a value.
    refused(
        &outer(&format!(
            "(c.let [w {send}] (k.println (k.run-processes [1] (c.fn [n <- c.i64] -> c.nil (w n)))))"
        )),
        &["WAT4008 tx"],
    );
    refused(
        &outer(
            "(c.let [all [tx]] (k.println (k.run-processes [1] (c.fn [n <- c.i64] -> c.i64 (c.length all)))))",
        ),
        &["WAT4008 all"],
    );
    refused(
        &outer(
            "(k.println (k.run-processes [tx] (c.fn [s <- k.Sender<C.i64>] -> c.nil (k.drop s))))",
        ),
        &["WAT4008 [tx]"],
    );
    accepted(&outer(&format!("(k.println (k.run-threads [1 2] {send}))")));
    accepted(&outer(
        "(k.println (k.run-processes [1] (c.fn [n <- c.i64] -> c.i64 (c.+ n base))))",
    ));
}

#[test]
fn messages_between_processes_have_an_encoding() {
    refused(
        "(c.defn :u::make [n <- c.i64] -> c.Fn()->C.i64 (c.fn [] -> c.i64 n))\n(c.defn :u::f [] -> c.i64 (c.length (k.run-processes [1] :u::make)))",
        &["WAT4009 :u::make"],
    );
    refused(
        "(c.struct :u::Job (name :wat::core::String) (out :wat::kernel::Sender<C.i64>))\n(c.defn :u::f [w <- :wat::io::IOWriter] -> k.Sender<u::Job> (k.Sender/from-pipe w))",
        &["WAT4009 k.Sender/from-pipe"],
    );
    // The argument that brings the type is to be changed.
    let peer =
        "(c.defn :u::f [p <- k.ProcessPeer<C.i64,K.Sender<C.i64>> s <- k.Sender<C.i64>] -> c.nil";
    refused(
        &format!("{peer} (c.Result/expect (k.Process/println p s) \"sent\"))"),
        &["WAT4009 s"],
    );
    refused(
        &format!("{peer} (c.do (c.Result/expect (k.Process/readln p) \"read\") c.nil))"),
        &["WAT4009 p"],
    );
    refused(
        "(c.defn :u::f [r <- k.Receiver<C.i64> s <- k.Sender<K.Sender<C.i64>>] -> k.ProcessPeer<C.i64,K.Sender<C.i64>> (k.ProcessPeer/new r s))",
        &["WAT4009 s"],
    );
    refused(
        "(c.defn :u::talk [p <- k.ProcessPeer<C.i64,K.Sender<C.i64>>] -> c.nil c.nil)\n(c.defn :u::f [program <- c.Vector<wat::WatAST>] -> c.nil (k.run-processes :u::talk program))",
        &["WAT4009 :u::talk"],
    );
    accepted(
        "(c.struct :u::Job (name :wat::core::String) (next :wat::core::Option<u::Job>))\n(c.defn :u::f [w <- :wat::io::IOWriter] -> k.Sender<u::Job> (k.Sender/from-pipe w))",
    );
    refused(
        "(c.defn :u::f [] -> c.nil (k.println (k.readln -> k.Sender<C.i64>)))",
        &["WAT3411 k.Sender<wat::core::i64>"],
    );
    accepted("(c.defn :u::f [] -> c.nil (k.println (k.try-readln -> c.HashMap<C.String,C.i64>)))");
}

#[test]
fn memory_streams_stay_on_their_thread() {
    let with = |made: &str, worker: &str| {
        format!(
            "(c.defn :u::f [given <- :wat::io::IOWriter] -> c.nil (c.let [w {made}] (k.println (c.length (k.run-threads [\"a\"] {worker})))))"
        )
    };
    let writes = "(c.fn [s <- c.String] -> c.i64 (:wat::io::IOWriter/writeln w s))";
    refused(&with("(:wat::io::IOWriter/new)", writes), &["WAT4015 w"]);
    refused(
        &with("(c.if true (:wat::io::IOWriter/new) given)", writes),
        &["WAT4015 w"],
    );
    accepted(&with("given", writes));
    accepted(&with(
        "(:wat::io::IOWriter/new)",
        "(c.fn [s <- c.String] -> c.i64 (c.let [w (:wat::io::IOWriter/new)] (:wat::io::IOWriter/writeln w s)))",
    ));
    refused(
        "(c.defn :u::f [] -> c.nil (c.let [r (:wat::io::IOReader/from-string \"x\")] (k.drop (k.spawn-thread (c.fn [in <- k.Receiver<C.i64> out <- k.Sender<C.i64>] -> c.nil (k.println (:wat::io::IOReader/read-line r)))))))",
        &["WAT4015 r"],
    );
}

#[test]
fn brackets_take_items_or_a_coordinator() {
    let echo = "(c.defn :u::echo [p <- k.ThreadPeer<C.i64,C.String>] -> c.nil (k.Thread/println p (c.show (k.Thread/readln p))))\n";
    let ask = |peers: &str, workers: &str| {
        format!(
            "{echo}(c.defn :u::f [] -> c.nil (k.println (k.run-threads (c.fn [{peers}] -> c.i64 7) {workers})))"
        )
    };
    let peer = "a <- k.ThreadPeer<C.String,C.i64>";
    accepted(&ask(peer, ":u::echo"));
    refused(&ask(peer, ":u::echo :u::echo"), &["WAT4012 k.run-threads"]);
    refused(&ask(peer, ""), &["WAT4012 k.run-threads"]);
    refused(
        &ask("a <- k.ThreadPeer<C.i64,C.String>", ":u::echo"),
        &["WAT4011 :u::echo"],
    );
    refused(&ask(peer, "5"), &["WAT3001 5"]);
    accepted("(c.defn :u::f [] -> c.Vector<C.String> (k.run-threads [1 2] c.show 3))");
    accepted(
        "(c.defn :u::f [] -> c.Vector<C.Result<C.String,K.ThreadPanics>> (k.run-threads-results [1 2] c.show))",
    );
    accepted(
        "(c.defn :u::f [] -> c.Vector<C.Result<C.String,K.ProcessPanics>> (k.run-processes-results [1 2] c.show))",
    );
    refused(
        "(c.defn :u::f [] -> c.Vector<C.String> (k.run-threads [1 2] c.string::length))",
        &["WAT3001 c.string::length"],
    );
    refused(
        "(c.defn :u::f [] -> c.Vector<C.String> (k.run-threads [1 2] c.show true))",
        &["WAT3001 true"],
    );
    refused(
        "(c.defn :u::f [] -> c.nil (k.println (k.run-threads [1 2])))",
        &["WAT3002 k.run-threads"],
    );
    accepted(
        "(c.defn :u::f [program <- c.Vector<wat::WatAST>] -> c.String (k.run-processes (c.fn [p <- k.ProcessPeer<C.i64,C.i64>] -> c.String \"done\") program))",
    );
}

#[test]
fn channels_and_reads_name_their_type() {
    refused(
        "(c.defn :u::f [] -> c.nil (k.println (k.readln)))",
        &["WAT2208 (k.readln)"],
    );
    refused(
        "(c.defn :u::f [] -> c.nil (k.println (k.make-bounded-channel 4)))",
        &["WAT3013 4"],
    );
    refused(
        "(c.defn :u::f [] -> c.nil (c.let [[tx _rx] (k.make-bounded-channel :wat::core::i64 \"4\")] (k.drop tx)))",
        &["WAT3001 \"4\""],
    );
    accepted("(c.defn :u::f [] -> c.i64 (k.readln -> c.i64))");
    accepted("(c.defn :u::f [] -> c.i64 k.MAX-FRAME-BYTES)");
    refused(
        "(c.defn :u::f [] -> c.nil (c.let [[tx _rx] (k.make-unbounded-channel :wat::core::i64)] (k.drop tx)))",
        &["WAT4030 (k.make-unbounded-channel c.i64)"],
    );
}

#[test]
fn nothing_is_closed_twice() {
    let twice: &[&str] = &["WAT4032 (k.Sender/close tx)"];
    refused(&body("(k.drop tx) (k.Sender/close tx)"), twice);
    refused(&body("(k.drop tx) (k.Sender/close tx) c.nil"), twice);
    refused(
        &body("(c.let [_ (k.drop tx) _ (k.Sender/close tx)] c.nil)"),
        twice,
    );
    refused(&body("(k.drop tx) (c.when b (k.Sender/close tx))"), twice);
    accepted(&body("(c.if b (k.drop tx) (k.Sender/close tx))"));
    accepted(&body("(c.when b (k.drop tx)) (k.Sender/close tx)"));
    accepted(&body("(k.drop tx) (k.drop rx)"));
}

#[test]
fn raw_verbs_are_told_once() {
    let text = format!(
        "{WORKER}(c.defn :u::f [] -> c.nil (k.drop (k.spawn-thread :u::work)) (k.drop (k.spawn-thread :u::work)))"
    );
    assert_eq!(found(&text, false), ["WAT4001 k.spawn-thread"]);
    accepted(&text);
    let join = "(c.defn :u::f [t <- k.Thread<C.i64,C.i64>] -> c.nil (c.match (k.Thread/join-result t) ((c.Ok _) c.nil) ((c.Err _) c.nil)))";
    assert_eq!(found(join, false), ["WAT4007 k.Thread/join-result"]);
    refused(join, &["WAT4007 k.Thread/join-result"]);
    refused(
        "(c.defn :u::f [i <- k.Sender<C.i64> o <- k.Receiver<C.i64> j <- k.ProgramHandle<C.nil>] -> c.nil (k.drop (k.Thread/new i o j)))",
        &["WAT3302 k.Thread/new"],
    );
}

#[test]
fn retired_names_are_understood() {
    refused(
        "(c.defn :u::f [] -> c.nil (c.let [[tx _rx] (k.make-bounded-queue :wat::core::i64 1)] (k.drop tx)))",
        &["WAT4014 k.make-bounded-queue"],
    );
    refused(
        "(c.defn :u::f [] -> c.nil (c.let [[tx _rx] (k.make-unbounded-queue :wat::core::i64)] (k.drop tx)))",
        &["WAT4014 k.make-unbounded-queue"],
    );
    refused(
        "(c.defn :u::f [tx <- k.QueueSender<C.i64>] -> c.nil (k.drop tx))",
        &["WAT4014 k.QueueSender<wat::core::i64>"],
    );
    refused(
        "(c.defn :u::f [] -> c.nil (:wat::console::println 1))",
        &["WAT4014 :wat::console::println"],
    );
    refused(
        "(c.defn :u::f [p <- k.ProcessPeer<C.i64,C.i64>] -> c.nil (c.Result/expect (k.process-send p 1) \"sent\"))",
        &["WAT4014 k.process-send"],
    );
    refused(
        "(c.defn :u::f [p <- k.Process<C.i64,C.i64>] -> c.nil (c.Result/expect (k.process-send p 1) \"sent\"))",
        &["WAT4014 k.process-send"],
    );
    refused(
        "(c.defn :u::f [ts <- c.Vector<K.Thread<C.i64,C.i64>>] -> c.i64 (c.length (c.map ts k.join)))",
        &["WAT4014 k.join"],
    );
}

#[test]
fn a_bare_option_pattern_is_put_into_the_result() {
    let text = spelled(
        "(c.defn :u::f [rx <- k.Receiver<C.i64>] -> c.i64 (c.match (k.recv rx) ((c.Some v) v) (c.None 0) ((c.Err _) 1)))",
    );
    let (_, found) = database(&text, false);
    assert_eq!(found.len(), 2);
    let mut edited = text.clone();
    for diagnostic in found.iter().rev() {
        assert_eq!(diagnostic.code.to_string(), "WAT2303");
        for edit in diagnostic.fixes[0].edits.iter().rev() {
            let range = usize::from(edit.range.start())..usize::from(edit.range.end());
            edited.replace_range(range, &edit.insert);
        }
    }
    assert!(database(&edited, false).1.is_empty(), "{edited}");
}

#[test]
fn what_is_wrong_with_types_is_told_once() {
    // Inside a call that does not check nothing is known to be ignored or thrown away.
    refused(
        &spawning("(c.let [t (k.spawn-thread :u::work)] (k.drop t 1))"),
        &["WAT3002 k.drop"],
    );
    refused(
        &body("(c.let [r (k.send tx 1)] (c.match r 5))"),
        &["WAT2209 5"],
    );
    refused(
        &body("(c.let [r (k.send tx \"1\")] c.nil)"),
        &["WAT4002 (k.send tx \"1\")", "WAT3001 \"1\""],
    );
}

#[test]
fn brackets_say_how_many_arguments_they_take_and_what_cannot_be_sent_once() {
    let told = |body: &str| -> Vec<String> {
        let text = format!(
            "(:wat::core::defn :u::f [] -> :wat::core::nil (:wat::kernel::println (:wat::core::length {body})))"
        );
        let mut db = RootDatabase::new();
        let text = SourceText::new(&*text);
        let file = db.set_file("main.wat", text, FileKind::Disk);
        let found = file_diagnostics(&db, file);
        found.iter().map(|told| told.message.to_string()).collect()
    };
    let few = "`:wat::kernel::run-threads` takes 2 or 3 arguments, found 1";
    assert_eq!(told("(:wat::kernel::run-threads [1])"), [few]);
    let work = "(:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 n)";
    let many = "`:wat::kernel::run-threads` takes 2 or 3 arguments, found 4";
    let call = format!("(:wat::kernel::run-threads [1] {work} 1 2)");
    assert_eq!(told(&call), [many]);
    let function = ":wat::core::Fn(wat::core::i64)->wat::core::i64";
    let work = format!(
        "(:wat::core::fn [n <- :wat::core::i64] -> {function} (:wat::core::fn [m <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ n m)))"
    );
    let unsent = format!("`{function}` cannot go to another process: it is not portable");
    let call = format!("(:wat::kernel::run-processes [1] {work})");
    assert_eq!(told(&call), [unsent]);
}
