//! Files of which the class is to be found, pictures and numbers alike, gathered as inputs of a net: they
//! are read as those were that its model has learnt from.

use std::path::{Path, PathBuf};

use cpfo::Net;
use serde_json::{Value, json};

use crate::data::inputs::{self, Place};
use crate::data::source::{self, Origin, Reading, Request};
use crate::data::{Column, Frame, Grouping, picture};
use crate::model::Scale;

/// An input: where it is from.
#[derive(Debug)]
pub struct Input {
    /// The file.
    pub file: String,
    /// Where it is in its file; none for a picture, which is a file of its own.
    pub place: Option<Place>,
    /// What the file says of its class, if anything.
    pub label: Option<String>,
}

/// What was read of all files.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The inputs.
    pub inputs: Vec<Input>,
    /// Their numbers, one after the other.
    pub pixels: Vec<f32>,
    /// Files that cannot be taken, with why.
    pub failed: Vec<(String, anyhow::Error)>,
}

/// How files are read otherwise than those that a model has learnt from.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// Whether pictures are brought to the net's size.
    pub fit: Option<bool>,
    /// Whether dark and light are exchanged.
    pub invert: Option<bool>,
    /// Where the label of a table stands.
    pub label: Option<Column>,
    /// Where the group of a table's line stands.
    pub group: Option<Grouping>,
}

/// Reads all files as those were read that the model has learnt from.
pub fn gather<N: Net>(
    files: &[PathBuf],
    how: &How,
    origin: Option<&Origin>,
    scale: &Scale,
) -> Gathered {
    let learnt = origin.map(|origin| origin.reading.clone()).unwrap_or_default();
    let [rows, columns, maps] = N::INPUT;
    let options = picture::Options {
        fit: how.fit.unwrap_or(learnt.fit),
        invert: how.invert.or(learnt.invert.then_some(true)),
        // What was fitted when the net was trained is fitted in the same way.
        frame: match learnt.fit {
            true => Some(Frame::usual([rows, columns])),
            false => origin.and_then(|origin| origin.frame),
        },
    };
    let reading = Reading {
        label: how.label.clone().or(learnt.label.clone()),
        group: Grouping::or(how.group.as_ref(), learnt.group.clone()),
        invert: options.invert.unwrap_or(false),
        ..learnt
    };
    let request = Request { reading, learnt: origin, ..Request::default() };
    let mut gathered = Gathered::default();
    for path in files {
        if inputs::are_in(path) {
            gathered.numbers::<N>(path, &request);
            continue;
        }
        let files = picture::list(path).unwrap_or_else(|error| {
            gathered.failed.push((path.to_string_lossy().into_owned(), error));
            Vec::new()
        });
        for path in files {
            let file = path.to_string_lossy().into_owned();
            let inputs = |mut shades: Vec<f32>| scale.apply_to_shades(&mut shades).map(|()| shades);
            match picture::load(&path, rows, columns, maps, options).and_then(inputs) {
                Ok(pixels) => {
                    gathered.pixels.extend(pixels);
                    gathered.inputs.push(Input { file, place: None, label: None });
                }
                Err(error) => gathered.failed.push((file, error)),
            }
        }
    }
    gathered
}

impl Gathered {
    /// Reads a table or an array.
    fn numbers<N: Net>(&mut self, path: &Path, request: &Request<'_>) {
        let file = path.to_string_lossy().into_owned();
        match source::inputs::<N>(path, request) {
            Ok(read) => {
                self.pixels.extend(read.samples.images);
                let each = read.places.into_iter().zip(read.labels);
                self.inputs.extend(each.map(|(place, label)| Input {
                    file: file.clone(),
                    place: Some(place),
                    label,
                }));
            }
            Err(error) => self.failed.push((file, error)),
        }
    }
}

impl Input {
    /// Where it is from, in a few words.
    pub fn shown(&self) -> String {
        match self.place {
            None => self.file.clone(),
            Some(Place::Line(line)) => format!("{}, line {line}", self.file),
            Some(Place::Sample(at)) => format!("{}, sample {at}", self.file),
        }
    }

    /// Where it is from, for programs.
    pub fn tell(&self, object: &mut Value) {
        let file = &self.file;
        match self.place {
            None => object["picture"] = json!(file),
            Some(Place::Line(line)) => {
                (object["file"], object["line"]) = (json!(file), json!(line))
            }
            Some(Place::Sample(at)) => {
                (object["file"], object["sample"]) = (json!(file), json!(at))
            }
        }
        if let Some(label) = &self.label {
            object["label"] = json!(label);
        }
    }
}
