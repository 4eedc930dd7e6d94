//! A folder of pictures for each class: the folder's name is the label of all pictures in it.
//!
//! One picture that cannot be read costs the others nothing. It is told of, and how the command
//! ends tells it, too.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use rayon::prelude::*;

use super::labels::Labels;
use super::picture;
use super::samples::{Places, Raw};

/// So many pictures that cannot be read are named.
const NAMED: usize = 10;

/// Reads all pictures. Those that cannot be read are told of in `unread`, a line each.
pub(super) fn read(
    classes: &BTreeMap<String, PathBuf>,
    shape: Option<[usize; 3]>,
    options: picture::Options,
    unread: &mut Vec<String>,
) -> Result<Raw> {
    let mut files = Vec::new();
    let mut labels = Labels::default();
    for (class, folder) in classes {
        for picture in picture::within(folder)? {
            files.push(picture);
            labels.push(class).with_context(|| format!("the folder '{class}'"))?;
        }
    }
    let shape = match shape {
        Some(shape) => shape,
        None => {
            let first = files.iter().find_map(|file| picture::shape(file).ok());
            first.context("none of its pictures can be read")?
        }
    };
    let [rows, columns, maps] = shape;
    let pictures: Vec<_> =
        files.par_iter().map(|file| picture::load(file, rows, columns, maps, options)).collect();
    let (all, names) = labels.finish();
    let (mut images, mut labels, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let (mut errors, mut first) = (0, None);
    for ((picture, label), file) in pictures.into_iter().zip(all).zip(files) {
        match picture {
            Ok(pixels) => {
                images.extend(pixels);
                labels.push(label);
                places.push(file);
            }
            Err(error) => {
                errors += 1;
                if errors <= NAMED {
                    unread.push(format!("{error:#}"));
                }
                first.get_or_insert(error);
            }
        }
    }
    if labels.is_empty()
        && let Some(error) = first
    {
        return Err(error.context(format!("none of its {errors} pictures can be taken; the first")));
    }
    if errors > NAMED {
        unread.push(format!("{} more pictures cannot be taken", errors - NAMED));
    }
    ensure!(!labels.is_empty(), "there is no picture in it");
    let groups = Vec::new();
    Ok(Raw { shape, images, labels, names, groups, places: Places::Files(places) })
}
