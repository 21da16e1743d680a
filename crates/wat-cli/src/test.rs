//! `wat test`: finds tests, runs each in a child of its own, reports.

mod revision;
mod watch;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};
use std::path::{Path, PathBuf};

use wat_analysis::{Code, SourceFile, TestKind};
use wat_driver::{
    Contents, ProgramLauncher, Style, Unreadable, file_loader, name_of, nearest, read_text, reason,
    render, unreachable, walk_for,
};
use wat_test::{
    Break, Filter, Format, Found, InvalidFile, Limits, Markdown, Options, Reporter, State, Summary,
    TestCase, content, find, find_in_markdown, fresh_seed, run, run_until,
};

use crate::args::{Global, TestOptions, limits};
use crate::workspace::{Workspace, settings, unreadable};
use crate::{exit, output};

/// What the targets name.
struct Targets {
    /// All files and directories.
    paths: Vec<PathBuf>,
    /// Those of them of which no single test is named.
    whole: Vec<PathBuf>,
    /// Ids that were named with their files, as paths and names.
    named: Vec<(PathBuf, String)>,
    /// Names without files.
    names: Vec<String>,
}

fn targets(options: &TestOptions) -> Targets {
    let mut found = Targets {
        paths: Vec::new(),
        whole: Vec::new(),
        named: Vec::new(),
        names: Vec::new(),
    };
    for target in &options.targets {
        let text = target.to_string_lossy();
        if text.starts_with(':') {
            found.names.push(text.into_owned());
        } else if let Some((path, name)) = named(&text) {
            found.named.push((PathBuf::from(path), name.to_owned()));
            found.paths.push(PathBuf::from(path));
        } else {
            found.paths.push(PathBuf::from(target));
            found.whole.push(PathBuf::from(target));
        }
    }
    found
}

/// The file and the name of a target that is the id of a test: `FILE#:NAME`, or of an example in Markdown `FILE#L12`.
fn named(target: &str) -> Option<(&str, &str)> {
    if let Some(at) = target.find("#:") {
        return Some((&target[..at], &target[at + 1..]));
    }
    let (path, name) = target.rsplit_once('#')?;
    let line = name.strip_prefix('L')?;
    let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    (is_line && path.ends_with(".md")).then_some((path, name))
}

/// A reason not to run: said already.
type Refused<T> = Result<T, i32>;

pub(crate) fn test(global: &Global, options: &TestOptions) -> i32 {
    if options.watch {
        return watch::watch(global, options);
    }
    let prepared = Prepared::open(global, options).and_then(|mut prepared| {
        prepared.select(options)?;
        Ok(prepared)
    });
    match prepared {
        Ok(prepared) => {
            if let Some((target, names)) = prepared.missing_test().filter(|_| !options.allow_empty)
            {
                return nobody(&target, &names);
            }
            if options.list {
                return list(global, options, &prepared);
            }
            if prepared.selected.is_empty() && prepared.found.invalid.is_empty() {
                return nothing(options);
            }
            let cases: Vec<&TestCase> = prepared.selected.iter().collect();
            let now = persists(options).then(|| prepared.contents());
            let round = round(global, options, &prepared, &cases, HashSet::new(), None);
            round.map_or_else(
                |status| status,
                |round| {
                    if let Some(now) = now {
                        remember(&prepared.directory(), &round, &now);
                    }
                    round.status
                },
            )
        }
        Err(status) => status,
    }
}

/// What is to be tested.
struct Prepared {
    space: Workspace,
    targets: Targets,
    /// The targets that hold wat.
    paths: Vec<PathBuf>,
    /// The targets that are Markdown.
    texts: Vec<PathBuf>,
    /// Are the texts below the targets read for examples?
    asks_for_examples: bool,
    found: Found,
    selected: Vec<TestCase>,
}

impl Prepared {
    /// Reads the targets.
    fn open(global: &Global, options: &TestOptions) -> Refused<Prepared> {
        let targets = targets(options);
        for path in &targets.paths {
            if let Some(wrong) = unreachable(path) {
                let name = path.to_string_lossy();
                return Err(match path.symlink_metadata() {
                    // The number of an option that is written apart.
                    Err(_) if options.fail_fast.is_some() && name.parse::<usize>().is_ok() => {
                        let help = format!("a number of failures is written `--fail-fast={name}`");
                        missing_with(path, &help)
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => missing(path),
                    _ => unreadable(&wrong),
                });
            }
        }
        let paths = match targets.paths.is_empty() {
            true => defaults(global)?,
            false => targets.paths.clone(),
        };
        let is_markdown = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "md");
        let (texts, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(is_markdown);
        let space = match (&paths[..], texts.first()) {
            ([], Some(first)) => Workspace::empty(global, first)?,
            (paths, _) => Workspace::open_to_fork(global, paths)?,
        };
        Ok(Prepared {
            space,
            targets,
            paths,
            texts,
            asks_for_examples: options.kind.iter().any(|kind| kind == "doc"),
            found: Found::default(),
            selected: Vec::new(),
        })
    }

    /// Reads the targets again, as far as they are there.
    fn refresh(&mut self, global: &Global) -> Refused<()> {
        let paths: Vec<PathBuf> = self
            .paths
            .iter()
            .filter(|it| it.exists())
            .cloned()
            .collect();
        match (paths.is_empty(), self.paths.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(missing(&self.paths[0])),
            _ => match self.space.refresh(global, &paths)?.first() {
                Some(wrong) => Err(unreadable(wrong)),
                None => Ok(()),
            },
        }
    }

    /// Finds the tests and selects those that are asked for.
    fn select(&mut self, options: &TestOptions) -> Refused<()> {
        let space = &self.space;
        let texts = self.texts.iter().filter(|it| it.exists()).cloned();
        let (markdown, lost) = markdown(options, space, texts.collect(), &self.paths)?;
        let excluded = |path: &str| {
            let path = space.inner_path(path);
            let globs = &space.settings.test.exclude;
            globs.iter().any(|glob| glob.value.matches(&path))
        };
        let files = space.files.iter().map(|(_, file)| *file);
        let files = files.filter(|file| !excluded(&file.path(&*space.db)));
        let files: Vec<SourceFile> = files.collect();
        let mut found = find(&space.db, &files, |path| space.inner_path(path));
        let mut lost: Vec<&Unreadable> = space.unreadable.iter().chain(&lost).collect();
        lost.sort_by_key(|it| &it.path);
        // A directory may have been searched for texts of two kinds.
        lost.dedup_by_key(|it| &it.path);
        let lost = lost
            .into_iter()
            .filter(|it| !excluded(&name_of(Path::new(&it.path))));
        found.invalid.extend(lost.map(|it| {
            let path = space.inner_path(&name_of(Path::new(&it.path)));
            InvalidFile::unreadable(path, &it.reason)
        }));
        find_in_markdown(&space.db, &markdown, &mut found);
        if options.partial {
            found.admit_whole(&space.db);
        }
        let of_files = self.of_files(&found);
        let filter = filter(options, &self.targets, of_files)?;
        let selected = found.tests.iter().filter(|case| filter.admits(case));
        self.selected = selected.cloned().collect();
        for (path, warning) in &found.warnings {
            let (code, place) = (Code(warning.code), warning.place);
            output::report(&format!(
                "warning[{code}]: {}\n  --> {path}:{}:{}\n",
                warning.message, place.line, place.col
            ));
        }
        self.found = found;
        if options.failed || options.affected.is_some() {
            self.select_by(options)?;
        }
        Ok(())
    }

    /// Where the files of tests are, by their paths in ids.
    fn places(&self, found: &Found) -> HashMap<String, PathBuf> {
        let space = &self.space;
        let asked = space.files.iter().map(|(path, file)| {
            let shown = space.inner_path(&file.path(&*space.db));
            (shown, real(path))
        });
        let mut places: HashMap<String, PathBuf> = asked.collect();
        let directory = self.directory();
        for case in &found.tests {
            if !places.contains_key(&case.path) {
                places.insert(case.path.clone(), real(&directory.join(&case.path)));
            }
        }
        places
    }

    /// The names that the targets ask for in files, by the paths of these in ids. What another target asks for as a
    /// whole, itself or with its directory, has none.
    fn of_files(&self, found: &Found) -> HashMap<String, HashSet<String>> {
        if self.targets.named.is_empty() {
            return HashMap::new();
        }
        let whole: Vec<PathBuf> = self.targets.whole.iter().map(|it| real(it)).collect();
        let named = self.targets.named.iter();
        let named: Vec<(PathBuf, &String)> = named.map(|(path, name)| (real(path), name)).collect();
        let places = self.places(found).into_iter();
        let parts = places.filter(|(_, place)| !whole.iter().any(|it| place.starts_with(it)));
        let parts = parts.map(|(path, place)| {
            let names = named.iter().filter(|(it, _)| place.starts_with(it));
            (path, names.map(|(_, name)| (*name).clone()).collect())
        });
        parts.collect()
    }

    /// A target that names a test which is not there, and all names that are. A file that does not check may hide it.
    fn missing_test(&self) -> Option<(String, Vec<&str>)> {
        let Targets { named, names, .. } = &self.targets;
        if named.is_empty() && names.is_empty() || !self.found.invalid.is_empty() {
            return None;
        }
        let places = self.places(&self.found);
        let is_in = |case: &TestCase, path: &Path| {
            let place = places.get(&case.path);
            place.is_some_and(|place| place.starts_with(real(path)))
        };
        let tests = &self.found.tests;
        for (path, name) in named {
            let here: Vec<&TestCase> = tests.iter().filter(|case| is_in(case, path)).collect();
            if !here.iter().any(|case| case.name() == name) {
                let target = format!("{}#{name}", path.display());
                return Some((target, here.iter().map(|case| case.name()).collect()));
            }
        }
        let missing = names
            .iter()
            .find(|name| !tests.iter().any(|case| case.name() == **name))?;
        Some((
            missing.clone(),
            tests.iter().map(|case| case.name()).collect(),
        ))
    }

    /// The directory that tests run in, and where runs are remembered.
    fn directory(&self) -> PathBuf {
        match &self.space.project {
            Some(project) => project.root.clone(),
            None => std::env::current_dir().unwrap_or_default(),
        }
    }

    /// What the selected tests stand for, by id; those of which it cannot be told are missing.
    fn contents(&self) -> BTreeMap<String, String> {
        let mut known = Contents::default();
        let cases = self.selected.iter();
        let stands_for = cases.filter_map(|case| {
            let content = content(&self.space.db, &mut known, &self.found, case)?;
            Some((case.id.clone(), content))
        });
        stands_for.collect()
    }

    /// Keeps the tests that failed in the last run, or that a change since, or since a revision, concerns.
    fn select_by(&mut self, options: &TestOptions) -> Refused<()> {
        let state = State::read(&self.directory());
        if options.failed {
            self.selected.retain(|case| state.failed.contains(&case.id));
        }
        let before = match options.affected.as_deref() {
            None => return Ok(()),
            Some("") => state.contents,
            Some(name) => {
                let directory = self.directory();
                revision::contents_at(&self.space, &directory, name, &self.selected)?
            }
        };
        let now = self.contents();
        self.selected.retain(|case| {
            let content = now.get(&case.id);
            content.is_none() || content != before.get(&case.id)
        });
        Ok(())
    }
}

/// Where a path leads to.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The Markdown texts: those that are targets, and with `--kind doc` those below the directories that are; and what of
/// these cannot be read.
fn markdown(
    options: &TestOptions,
    space: &Workspace,
    mut files: Vec<PathBuf>,
    paths: &[PathBuf],
) -> Refused<(Vec<Markdown>, Vec<Unreadable>)> {
    let mut wrong = Vec::new();
    let asked = files.len();
    if options.kind.iter().any(|kind| kind == "doc") {
        for path in paths.iter().filter(|path| path.is_dir()) {
            let found = walk_for(path, "md");
            files.extend(found.files);
            wrong.extend(found.unreadable);
        }
    }
    let mut texts = Vec::new();
    for (at, path) in files.into_iter().enumerate() {
        let read = read_text(&path).map_err(|error| reason(&error));
        let read = read.and_then(|text| match text.is_utf8() {
            true => Ok(text),
            false => Err("it is not UTF-8".to_owned()),
        });
        let shown = path.display().to_string();
        match read {
            Ok(text) => texts.push(Markdown {
                path: space.inner_path(&shown),
                text: text.text().to_owned(),
            }),
            Err(reason) => {
                let is_asked = at < asked;
                let it = Unreadable {
                    path: shown,
                    reason,
                };
                match is_asked {
                    true => return Err(unreadable(&it)),
                    false => wrong.push(it),
                }
            }
        }
    }
    Ok((texts, wrong))
}

/// WAT5901, with what is probably meant.
fn missing_with(path: &Path, help: &str) -> i32 {
    let path = path.display();
    output::report(&format!(
        "error[WAT5901]: there is no `{path}` to test\nhelp: {help}\n"
    ));
    exit::NO_INPUT
}

/// WAT5901.
fn missing(path: &Path) -> i32 {
    let mut text = format!("error[WAT5901]: there is no `{}` to test\n", path.display());
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    let names = std::fs::read_dir(parent.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten()
        .flatten();
    let names: Vec<String> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(near) = nearest(&name, names.iter().map(String::as_str)) {
        text.push_str(&format!(
            "help: did you mean `{}`?\n",
            path.with_file_name(near).display()
        ));
    }
    output::report(&text);
    exit::NO_INPUT
}

/// WAT5902.
fn nothing(options: &TestOptions) -> i32 {
    if options.allow_empty {
        return exit::SUCCESS;
    }
    output::report(
        "error[WAT5902]: no test is selected\nhelp: name other files, or widen the filter\n",
    );
    exit::NOTHING
}

/// WAT5902, of a target that names no test.
fn nobody(target: &str, names: &[&str]) -> i32 {
    let mut text = format!("error[WAT5902]: no test is called `{target}`\n");
    let (file, name) = match target.rsplit_once('#') {
        Some((file, name)) => (format!("{file}#"), name),
        None => (String::new(), target),
    };
    if let Some(near) = nearest(name, names.iter().copied()) {
        text.push_str(&format!("help: did you mean `{file}{near}`?\n"));
    }
    output::report(&text);
    exit::NOTHING
}

/// The targets of a project; without one, the working directory.
fn defaults(global: &Global) -> Refused<Vec<PathBuf>> {
    let (project, settings) = settings(global, Path::new("."))?;
    let Some(project) = project else {
        return Ok(vec![PathBuf::from(".")]);
    };
    let paths: Vec<PathBuf> = settings
        .test
        .paths
        .value()
        .iter()
        .map(|path| project.root.join(path))
        .collect();
    match paths.iter().find(|path| !path.exists()) {
        Some(path) => Err(missing(path)),
        None => Ok(paths),
    }
}

fn filter(
    options: &TestOptions,
    targets: &Targets,
    of_files: HashMap<String, HashSet<String>>,
) -> Refused<Filter> {
    let mut kinds = Vec::new();
    for kind in &options.kind {
        kinds.push(match kind.as_str() {
            "test" => TestKind::Test,
            "prop" => TestKind::Property,
            "doc" => TestKind::Example,
            // There are none of these yet.
            "proof" => continue,
            other => {
                output::report(&format!("error: there is no kind of test `{other}`\nhelp: the kinds are test, prop, doc and proof\n"));
                return Err(exit::USAGE);
            }
        });
    }
    Ok(Filter {
        patterns: options.filter.clone(),
        exact: options.exact,
        tags: options.tag.clone(),
        skipped_tags: options.skip_tag.clone(),
        kinds: (!options.kind.is_empty()).then_some(kinds),
        only_ignored: options.ignored,
        names: targets.names.clone(),
        of_files,
        partition: options.partition,
    })
}

/// The tests and nothing else; what is wrong with files is told, too.
fn list(global: &Global, options: &TestOptions, prepared: &Prepared) -> i32 {
    let Prepared {
        found, selected, ..
    } = prepared;
    if selected.is_empty() && found.invalid.is_empty() {
        return nothing(options);
    }
    let formats = match formats(options) {
        Ok(formats) => formats,
        Err(status) => return status,
    };
    let is_record = |format: &Format| matches!(format, Format::Edn | Format::Json);
    let are_told = formats.iter().any(|(format, _)| is_record(format));
    for (format, path) in formats {
        let mut out = match output_to(format, path.as_deref()) {
            Ok(out) => out,
            Err(status) => return status,
        };
        if let Err(error) = wat_test::list(&mut *out, format, found, selected) {
            return output::status_of(&error);
        }
    }
    let style = Style::for_stream(&io::stderr(), global.color());
    let mut text = String::new();
    let invalid = found.invalid.iter().filter(|_| !are_told);
    for error in invalid.flat_map(|file| &file.errors) {
        render(error, style, &mut text);
        text.push('\n');
    }
    output::report(&text);
    match found.invalid.is_empty() {
        true => exit::SUCCESS,
        false => exit::NEGATIVE,
    }
}

/// Where a report goes.
fn output_to(format: Format, path: Option<&Path>) -> Refused<Box<dyn Write>> {
    let Some(path) = path else {
        return Ok(Box::new(io::stdout()));
    };
    match File::create(path) {
        // Whoever reads records while the run goes on finds them.
        Ok(file) if matches!(format, Format::Edn | Format::Json) => {
            Ok(Box::new(LineWriter::new(file)))
        }
        Ok(file) => Ok(Box::new(BufWriter::new(file))),
        Err(error) => {
            output::complain(&format!("cannot write `{}`: {error}", path.display()));
            Err(exit::CANNOT_CREATE)
        }
    }
}

/// The formats of the reports and where they go.
fn formats(options: &TestOptions) -> Refused<Vec<(Format, Option<PathBuf>)>> {
    let mut found = Vec::new();
    for text in &options.formats {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text.as_str(), None),
        };
        let Some(format) = Format::parse(name) else {
            output::report(&format!(
                "error: there is no format `{name}`\nhelp: the formats are pretty, plain, edn, json, junit and github\n"
            ));
            return Err(exit::USAGE);
        };
        found.push((format, path));
    }
    if found.iter().filter(|(_, path)| path.is_none()).count() > 1 {
        output::report(
            "error: one report alone can go to standard output\nhelp: write the others to files: `--format junit=tests.xml`\n",
        );
        return Err(exit::USAGE);
    }
    if found.iter().all(|(_, path)| path.is_some()) {
        let format = match io::stdout().is_terminal() {
            true => Format::Pretty,
            false => Format::Plain,
        };
        found.push((format, None));
    }
    Ok(found)
}

/// The limits, an option over a setting.
fn limits_of_tests(options: &TestOptions, space: &Workspace) -> Limits {
    let test = &space.settings.test;
    let defaults = Limits::default();
    let time_limit = options.time_limit.or(test.time_limit);
    Limits {
        test: time_limit.unwrap_or(defaults.test),
        property: test.prop_time_limit.unwrap_or(defaults.property),
        scale: options.time_limit_scale,
        memory: test.memory_limit.map_or(defaults.memory, |it| it as u64),
    }
}

/// How tests are run.
fn run_options(
    options: &TestOptions,
    prepared: &Prepared,
    first: HashSet<String>,
) -> Refused<Options> {
    let space = &prepared.space;
    let test = &space.settings.test;
    let jobs = options.jobs.or(test.jobs).filter(|jobs| *jobs > 0);
    let scope = space.project.as_ref().map(|it| it.scope(&space.settings));
    let loader = file_loader(scope.as_deref()).map_err(|wrong| {
        output::complain(&wrong.reason);
        exit::NO_INPUT
    })?;
    let launcher = ProgramLauncher::new(
        space.settings.analysis(),
        limits(&space.settings),
        loader.into(),
        [].into(),
    );
    Ok(Options {
        jobs: jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        seed: options.seed.unwrap_or_else(fresh_seed),
        shuffle: !options.no_shuffle,
        fail_fast: options.fail_fast,
        retries: options.retries.or(test.retries).unwrap_or(0) as u32,
        repeat: options.repeat,
        run_ignored: options.ignored || options.include_ignored,
        deny_leaks: options.deny_leaks || test.deny_leaks == Some(true),
        limits: limits_of_tests(options, space),
        launcher,
        persist: persists(options),
        keep_tmp: options.keep_tmp,
        directory: prepared.directory(),
        live: options.no_capture,
        in_thread: match options.isolation.as_deref() {
            Some(place) => place == "thread",
            None => test.in_thread == Some(true),
        },
        partial: options.partial,
        clean_env: options.clean_env,
        first,
    })
}

/// Is anything remembered for later runs?
fn persists(options: &TestOptions) -> bool {
    !options.no_persist && std::env::var_os("CI").is_none()
}

/// Remembers how tests ended and what they stood for. Where nothing can be written, nothing is remembered.
fn remember(directory: &Path, round: &Round, now: &BTreeMap<String, String>) {
    let mut state = State::read(directory);
    for (id, has_failed) in &round.ended {
        state.note(id, *has_failed, now.get(id).map(String::as_str));
    }
    let _ = state.write(directory);
}

/// A round of tests that is over.
struct Round {
    status: i32,
    summary: Summary,
    /// The ids of the tests that ended, and whether they failed.
    ended: Vec<(String, bool)>,
}

/// Runs tests and reports them; those of `first` before the others.
fn round(
    global: &Global,
    options: &TestOptions,
    prepared: &Prepared,
    cases: &[&TestCase],
    first: HashSet<String>,
    breaks: Option<&mut dyn Break>,
) -> Refused<Round> {
    let Prepared { space, found, .. } = prepared;
    let formats = formats(options)?;
    let run_options = run_options(options, prepared, first)?;
    let mut outputs: Vec<(Format, bool, Box<dyn Write>)> = Vec::new();
    for (format, path) in formats {
        let out = output_to(format, path.as_deref())?;
        outputs.push((format, false, out));
    }
    let also = std::env::var("WAT_TEST_OUTPUT")
        .ok()
        .and_then(|name| Format::parse(&name));
    if let Some(format) = also.filter(|format| matches!(format, Format::Edn | Format::Json)) {
        outputs.push((format, true, Box::new(io::stdout())));
    }
    let style = Style::for_stream(&io::stdout(), global.color());
    let mut reporter = Reporter::new(style, options.show_output, options.slowest);
    reporter.set_detail(global.quiet, global.verbose > 0);
    for (format, failures_only, out) in &mut outputs {
        reporter.add(*format, *failures_only, &mut **out);
    }
    let ended = match breaks {
        None => run(&space.db, found, cases, &run_options, &mut reporter),
        Some(it) => run_until(&space.db, found, cases, &run_options, &mut reporter, it),
    };
    let ended = ended.and_then(|summary| {
        let status = status(&summary);
        reporter.end(&summary, status)?;
        let ended = reporter.ended().map(|(id, failed)| (id.to_owned(), failed));
        Ok(Round {
            status,
            summary,
            ended: ended.collect(),
        })
    });
    ended.map_err(|error| output::status_of(&error))
}

fn status(summary: &Summary) -> i32 {
    match summary.interrupted {
        Some(signal) => 128 + signal,
        None if summary.totals.failures() > 0 => exit::NEGATIVE,
        None => exit::SUCCESS,
    }
}
