//! `cpfo eval`: how a model does on labelled images.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;
use serde_json::json;

use crate::cli::EvalFlags;
use crate::dataset::{Data, Dataset};
use crate::evaluation::Evaluation;
use crate::source::{self, Origin};
use crate::{label, model};

/// Tests a model.
pub fn run<N: Net>(flags: &EvalFlags) -> anyhow::Result<ExitCode> {
    let (parameters, about) = model::load::<N>(&flags.model)?;
    let origin: Option<Origin> = match about.get("origin") {
        Some(text) => Some(serde_json::from_str(text).with_context(|| {
            format!("{}: what it says of its data is broken", flags.model.display())
        })?),
        None => None,
    };
    let white = origin.as_ref().map(|origin| origin.white);
    // The test is on what was set aside when the model was trained, unless somebody says otherwise.
    let usual = origin.as_ref().and_then(|origin| origin.division.split()).unwrap_or_default();

    let path = flags.data.data.as_deref();
    let (samples, which) = if flags.all {
        let data = source::read::<N>(path, white)?;
        (join(data), "all samples".to_owned())
    } else {
        let source = source::load::<N>(path, white, flags.data.split, usual)?;
        let which = source.origin.division.to_string();
        (source.data.test_part()?.clone(), which)
    };
    let evaluation = Evaluation::new::<N>(&parameters, &samples)?;
    let data = path.map_or("digits".into(), |path| path.display().to_string());
    if flags.json {
        let object = json!({
            "net": N::NAME,
            "model": flags.model.display().to_string(),
            "data": data,
            "samples": which,
            "test": evaluation.json(),
        });
        writeln!(io::stdout(), "{object}")?;
    } else {
        evaluation.print()?;
        let accuracy = label::percent(evaluation.confusion.accuracy());
        writeln!(io::stdout(), "\n{accuracy} right on {data} ({which})")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Both parts as one.
fn join(Data { mut train, test }: Data) -> Dataset {
    if let Some(test) = test {
        train.images.extend(test.images);
        train.labels.extend(test.labels);
    }
    train
}
