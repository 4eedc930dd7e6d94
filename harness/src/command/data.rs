//! `cpfo data`: what is understood of data, before anything is learnt from them.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;
use serde_json::{Value, json};

use crate::base::output::Output;
use crate::base::terminal::{self, say};
use crate::base::{label, whole};
use crate::cli::InspectFlags;
use crate::data::source::{self, Request, Source};
use crate::data::{self, Form, Summary};
use crate::show::report::{DataReport, Figure};
use crate::show::samples;

/// So many classes are shown, and so many samples of each.
const CLASSES: usize = 30;
const EACH: usize = 7;

/// A net that data may be for.
#[derive(Clone, Copy, Debug)]
pub struct Taker {
    name: &'static str,
    input: [usize; 3],
    classes: usize,
    look: fn(&Request<'_>) -> anyhow::Result<(Source, Summary)>,
}

impl Taker {
    /// The net `N`.
    pub fn of<N: Net>() -> Self {
        Self { name: N::NAME, input: N::INPUT, classes: N::CLASSES, look: source::look::<N> }
    }
}

/// What was understood.
struct Understood {
    /// The net that takes the samples.
    net: Option<&'static str>,
    source: Source,
    shape: [usize; 3],
    summary: Summary,
    /// Which file is what.
    files: Vec<String>,
    warnings: Vec<String>,
}

/// Says what data is, with a page.
pub fn run(flags: &InspectFlags, nets: &[Taker]) -> anyhow::Result<ExitCode> {
    let output = Output::new(&flags.out);
    let understood = understand(flags, nets)?;
    source::warn(&understood.warnings);
    let _held = output.prepare()?;
    let page = understood.report();
    whole::write(&output.data(), page.to_html().as_bytes())?;
    if flags.json {
        terminal::json(&understood.json(&output.data()))?;
    } else {
        understood.print(&page, &output.data())?;
    }
    Ok(source::ended(ExitCode::SUCCESS, understood.source.unread))
}

fn understand(flags: &InspectFlags, nets: &[Taker]) -> anyhow::Result<Understood> {
    let path = flags.data.data.as_deref();
    let reading = flags.data.reading(None);
    let request = Request {
        path,
        reading,
        split: flags.data.split,
        scale: flags.scale.method(),
        shape: flags.input,
        ..Request::default()
    };
    let (taker, (source, summary)) = read(flags.net.as_deref(), path, &request, nets)?;
    let train = &source.data.train;
    let shape = [train.rows, train.columns, train.maps];
    let nobody = taker.is_none().then(|| nobody(shape, train.classes, nets));
    let warnings = [&source.origin.warnings, &summary.oddities].into_iter().flatten().cloned();
    Ok(Understood {
        net: taker.map(|taker| taker.name),
        warnings: warnings.chain(nobody).collect(),
        files: path.map(data::files).transpose()?.unwrap_or_default(),
        shape,
        summary,
        source,
    })
}

/// Reads for the net that is named; else for the first that takes the files, or for none.
fn read(
    named: Option<&str>,
    path: Option<&Path>,
    request: &Request<'_>,
    nets: &[Taker],
) -> anyhow::Result<(Option<Taker>, (Source, Summary))> {
    let Some(path) = path.filter(|_| named.is_none()) else {
        let taker = nets.iter().find(|net| named.is_none_or(|name| name == net.name));
        let taker = *taker.context("this program was given no such net")?;
        return Ok((Some(taker), (taker.look)(request)?));
    };
    for &net in nets.iter().filter(|net| request.shape.is_none_or(|shape| shape == net.input)) {
        if let Ok(seen) = (net.look)(request) {
            return Ok((Some(net), seen));
        }
    }
    Ok((None, source::look_as_it_is(path, request)?))
}

/// That no net takes samples, and what to do about it.
fn nobody([rows, columns, maps]: [usize; 3], classes: usize, nets: &[Taker]) -> String {
    let takes = |net: &Taker| {
        let [rows, columns, maps] = net.input;
        format!("`{}` {rows} x {columns} x {maps} of {} classes", net.name, net.classes)
    };
    let takes: Vec<_> = nets.iter().map(takes).collect();
    format!(
        "no net of this program takes samples of {rows} x {columns} x {maps} of {classes} classes (they \
         take: {}). `cpfo new NAME --board BOARD --input {rows}x{columns}x{maps} --classes {classes}` \
         makes a project with a net for them; `--net` says why one does not take them",
        takes.join(", ")
    )
}

impl Understood {
    fn lead(&self) -> String {
        let what = Form::of(self.shape).words(self.shape);
        let classes = self.summary.classes.len();
        let net = self.net.map_or(String::new(), |net| format!("; the net `{net}` takes them"));
        format!("{what}; {classes} classes{net}")
    }

    fn counts(&self) -> [usize; 2] {
        let test = self.source.data.test.as_ref().map_or(0, data::Dataset::len);
        [self.source.data.train.len(), test]
    }

    fn report(&self) -> DataReport {
        let [train, test] = self.counts().map(|count| label::count(count as u64));
        let Source { data, origin, .. } = &self.source;
        let files = self.files.iter().map(|file| file.split_once(": ").unwrap_or(("", file)));
        let reading = files.map(|(part, what)| Figure::new(part, what));
        DataReport {
            title: origin.to_string(),
            lead: self.lead(),
            warnings: self.warnings.clone(),
            figures: vec![
                Figure::new("samples to learn from", train),
                Figure::new("samples to test with", test),
                Figure::new("classes", self.summary.classes.len().to_string()),
                Figure::new("what looks wrong", label::count(self.warnings.len() as u64)),
            ],
            reading: reading
                .chain([
                    Figure::new("test part", origin.divided()),
                    Figure::new("scale", origin.scale.to_string()),
                ])
                .collect(),
            form: Form::of(self.shape),
            classes: samples::classes(&self.summary),
            channels: samples::channels(&self.summary),
            samples: samples::first(&data.train, CLASSES, EACH),
        }
    }

    fn print(&self, report: &DataReport, page: &Path) -> std::io::Result<()> {
        say!("{}: {}", report.title, report.lead)?;
        for file in &self.files {
            say!("  {file}")?;
        }
        say!()?;
        report.classes.print()?;
        say!()?;
        report.channels.print()?;
        let [train, test] = self.counts().map(|count| label::count(count as u64));
        say!(
            "\n{train} samples to learn from, {test} to test with ({})",
            self.source.origin.divided()
        )?;
        say!("scale: {}", self.source.origin.scale)?;
        let wrong = match self.warnings.len() {
            0 => "nothing looks wrong".to_owned(),
            1 => "one thing looks wrong, above".to_owned(),
            count => format!("{count} things look wrong, above"),
        };
        say!("{wrong}\n\nthe first samples of each class: {}", label::path(page))
    }

    fn json(&self, page: &Path) -> Value {
        let classes = self.summary.classes.iter().enumerate().map(|(class, counts)| {
            json!({ "class": class, "name": counts.name, "train": counts.train, "test": counts.test })
        });
        let channels = self.summary.channels.iter().map(|channel| {
            json!({
                "least": channel.least,
                "most": channel.most,
                "mean": channel.mean,
                "standard_deviation": channel.deviation,
            })
        });
        let [train, test] = self.counts();
        let what = match Form::of(self.shape) {
            Form::Image => "images",
            Form::Series => "series",
            Form::Row => "rows",
        };
        json!({
            "data": self.source.origin.path.as_ref().map_or("digits".into(), |path| path.to_string_lossy()),
            "read": self.files,
            "net": self.net,
            "shape": self.shape,
            "what": what,
            "samples": { "train": train, "test": test },
            "division": self.source.origin.division,
            "groups": self.source.origin.groups.map(|[train, test]| json!({ "train": train, "test": test })),
            "scale": self.source.origin.scale,
            "classes": classes.collect::<Vec<_>>(),
            "channels": channels.collect::<Vec<_>>(),
            "warnings": self.warnings,
            "files": { "report": page.to_string_lossy() },
        })
    }
}
