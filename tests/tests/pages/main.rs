//! Every page that cpfo makes, as a browser shows it: on a telephone (390 pixels across) and on a
//! desk (1,200), by day and by night.
//!
//! Of each a screenshot is taken, and what can be told by rule is told by rule (`measure.js`): text
//! is at least 11 pixels high, in pictures too; no two texts of a picture lie across each other, and
//! none is cut; nothing is wider than the page but what scrolls; what scrolls says so, to the eye and
//! to the keyboard; pictures have their description, pages their title and language.
//!
//! It needs Chromium. Where that is missing the tests are ignored and say why; where
//! `CPFO_REQUIRE_TOOLS` is set, as in CI, that is a failure. The screenshots are left in
//! `target/tmp/pages` for people to look at.

mod browser;
mod odd;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::{env, fs};

use browser::{Browser, Mode, Screenshot};
use cpfo_tests::tools::{cpfo, trial};
use libtest_mimic::{Arguments, Failed};
use serde_json::Value;

/// A page, and what makes the file of it.
type Page = (&'static str, fn(&Path) -> Result<(), Failed>);

const PAGES: [Page; 12] = [
    ("train", |file| train("--epochs 3 --decay 0.001 --validate 0.1", "report.html", file)),
    ("train_by_seeds", |file| train("--seeds 4 --epochs 3", "seeds.html", file)),
    ("data", |file| data("", file)),
    ("data_of_series", |file| Ok(fs::write(file, odd::data_of_series().to_html())?)),
    ("plan", |file| plan("--net lenet --train conv+output", file)),
    ("plan_of_inference", |file| plan("--train none --pixels bytes", file)),
    ("emulate", |file| Ok(fs::write(file, odd::emulate().to_html())?)),
    ("emulate_without_a_step", |file| Ok(fs::write(file, odd::emulate_of_nothing().to_html())?)),
    ("emulate_and_parted", |file| Ok(fs::write(file, odd::emulate_parted().to_html())?)),
    ("train_much", |file| Ok(fs::write(file, odd::train_much(26).to_html())?)),
    ("train_very_much", |file| Ok(fs::write(file, odd::train_much(120).to_html())?)),
    ("train_little", |file| Ok(fs::write(file, odd::train_little().to_html())?)),
];

const WIDTHS: [u32; 2] = [390, 1200];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let lacks = browser::lacks();
    // One browser for all, and closed when all are done.
    let browser: &'static Mutex<_> = Box::leak(Box::new(Mutex::new(None)));
    let pages =
        PAGES.map(|(name, make)| trial(name, lacks.clone(), move || look(browser, name, make)));
    let ended = libtest_mimic::run(&arguments, pages.into());
    drop(browser.lock().map(|mut browser| browser.take()));
    ended.exit_code()
}

fn look(
    browser: &Mutex<Option<Browser>>,
    name: &str,
    make: fn(&Path) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let page = folder.join(format!("{name}.html"));
    make(&page)?;
    let mut browser = browser.lock().map_err(|_| "the browser is gone")?;
    let browser = match &mut *browser {
        Some(browser) => browser,
        none => none.insert(Browser::start(&folder.join("profile"))?),
    };
    let mut faults = Vec::new();
    for width in WIDTHS {
        for mode in [Mode::Light, Mode::Dark] {
            browser.open(&page, width, mode)?;
            let said = browser.evaluate(include_str!("measure.js"))?;
            let shot = browser.screenshot(width)?;
            fs::write(folder.join(format!("{name}-{width}-{mode}.png")), &shot.png)?;
            let found = said["faults"].as_array().into_iter().flatten();
            let found = found.filter_map(|fault| fault.as_str().map(String::from));
            let found: Vec<_> = found.chain(seen(&said, &shot, mode)).collect();
            println!(
                "{name}, {width}, {mode}: {} texts in {} pictures, the lowest {} px; {} of {} scroll",
                said["texts"],
                said["pictures"],
                said["least"],
                said["scrolling"],
                said["scrollers"]
            );
            faults.extend(found.iter().map(|fault| format!("{width}, {mode}: {fault}")));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{faults:#?}").into()) }
}

/// What only the screenshot tells: whether the page is light or dark, and whether there is a shadow
/// at an edge if and only if there is more behind it.
fn seen(said: &Value, shot: &Screenshot, mode: Mode) -> Vec<String> {
    let mut faults = Vec::new();
    let brightness = shot.at(2, 2).into_iter().map(u32::from).sum::<u32>() / 3;
    if (mode == Mode::Dark) != (brightness < 64) || (mode == Mode::Light) != (brightness > 192) {
        faults.push(format!("the page is {brightness} bright"));
    }
    for edge in said["edges"].as_array().into_iter().flatten() {
        let number = |name: &str| edge[name].as_f64().unwrap_or(f64::NAN);
        let [right, top, bottom] = ["right", "top", "bottom"].map(|name| number(name) as u32);
        // Text and pictures cross some rows of the edge, but never all of them.
        let apart = |y: u32| {
            let (at, ground) = (shot.at(right - 2, y), &edge["ground"]);
            let part = |i: usize| ground[i].as_i64().unwrap_or(0).abs_diff(at[i].into());
            (0..3).map(part).max().unwrap_or(0)
        };
        let rows = top + 2..bottom.saturating_sub(2);
        let share = |like: fn(u64) -> bool| {
            rows.clone().filter(|&y| like(apart(y))).count() as f64 / rows.len().max(1) as f64
        };
        let (shadow, ground) = (share(|apart| apart > 24), share(|apart| apart < 8));
        let more = edge["more"] == true;
        if (more && shadow < 0.33) || (!more && ground < 0.1) {
            faults.push(format!(
                "{}: more: {more}, shadow in {shadow:.2} of the edge, none in {ground:.2}",
                edge["what"]
            ));
        }
    }
    faults
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages")
}

/// The report that a training leaves in its folder.
fn train(words: &str, report: &str, file: &Path) -> Result<(), Failed> {
    let out = file.with_extension("out");
    // A run into the folder of another is asked about.
    let _ = fs::remove_dir_all(&out);
    run(&format!("train {words}"), &["--out".as_ref(), &out])?;
    fs::copy(out.join(report), file)?;
    Ok(())
}

/// What is understood of data.
fn data(words: &str, file: &Path) -> Result<(), Failed> {
    let out = file.with_extension("out");
    run(&format!("data {words}"), &["--out".as_ref(), &out])?;
    fs::copy(out.join("data.html"), file)?;
    Ok(())
}

fn plan(words: &str, file: &Path) -> Result<(), Failed> {
    run(&format!("plan {words}"), &["--out".as_ref(), file])
}

fn run(words: &str, more: &[&Path]) -> Result<(), Failed> {
    let said = cpfo().args(words.split_whitespace()).args(more).output()?;
    if said.status.success() {
        return Ok(());
    }
    Err(format!("`cpfo {words}` ended with {}", said.status).into())
}
