//! Models as files: safetensors, in PyTorch's names and order, so that `load_state_dict` works both
//! ways.
//!
//! A layer `C1` has the tensors `c1.weight` and `c1.bias`. What else a reader may want to know goes
//! into the metadata, as strings; `net` and `layers` are always there, and the [seal](crate::model::sealed).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use cpfo::layer::Description;
use cpfo::net::Role;
use cpfo::net::{Net, Parameters};
use safetensors::tensor::{Dtype, SafeTensors, View};

use crate::base::{file, label, whole};
use crate::model::sealed::{self, Metadata, Sealed};
use crate::model::{snapshot, torch_order};

/// The layers that have learnt something, with their names in files.
pub fn learnt<N: Net>() -> impl Iterator<Item = (String, &'static Description)> {
    N::LAYERS
        .iter()
        .filter(|(_, layer)| layer.weights > 0)
        .map(|(name, layer)| (name.to_ascii_lowercase(), layer))
}

/// One line that says what a net is made of: `8x8x1 c1(3x3x8 relu) …`.
pub fn signature<N: Net>() -> String {
    let [rows, columns, maps] = N::INPUT;
    let mut line = format!("{rows}x{columns}x{maps}");
    for (name, layer) in N::LAYERS {
        let ([rows, columns], [.., maps]) = (layer.window, layer.output);
        line +=
            &format!(" {}({rows}x{columns}x{maps} {})", name.to_ascii_lowercase(), layer.function);
    }
    line
}

/// A tensor of a file.
pub struct Tensor {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    /// A tensor with these numbers.
    pub fn new(shape: Vec<usize>, values: &[f32]) -> Self {
        Self { shape, bytes: values.iter().flat_map(|x| x.to_le_bytes()).collect() }
    }
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The tensors of a net under their names in files, each name after `prefix`.
pub fn tensors<N: Net>(prefix: &str, parameters: &Parameters<N>) -> BTreeMap<String, Tensor> {
    let mut layers = learnt::<N>();
    let mut current = None;
    let mut tensors = BTreeMap::new();
    parameters.visit(|role, values| match role {
        Role::Weight => {
            current = layers.next();
            if let Some((name, layer)) = &current {
                let values = torch_order::to_torch(layer, values);
                let tensor = Tensor::new(torch_order::shape(layer), &values);
                tensors.insert(format!("{prefix}{name}.weight"), tensor);
            }
        }
        Role::Bias => {
            if let Some((name, _)) = &current {
                let tensor = Tensor::new(vec![values.len()], values);
                tensors.insert(format!("{prefix}{name}.bias"), tensor);
            }
        }
    });
    tensors
}

/// Fills a net from the tensors of a file whose names stand after `prefix`.
pub fn fill<N: Net>(
    file: &SafeTensors<'_>,
    prefix: &str,
    parameters: &mut Parameters<N>,
) -> anyhow::Result<()> {
    let mut wanted = Vec::new();
    for (name, layer) in learnt::<N>() {
        let weight = numbers(file, &format!("{prefix}{name}.weight"), &torch_order::shape(layer))?;
        let mut ours = vec![0.0; weight.len()];
        torch_order::from_torch(layer, &weight, &mut ours);
        wanted.push(ours);
        wanted.push(numbers(file, &format!("{prefix}{name}.bias"), &[layer.biases])?);
    }
    let mut wanted = wanted.into_iter();
    parameters.visit_mut(|_, values| {
        if let Some(wanted) = wanted.next() {
            values.copy_from_slice(&wanted);
        }
    });
    Ok(())
}

/// The numbers of one tensor, which must have this shape and be finite.
pub fn numbers(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> anyhow::Result<Vec<f32>> {
    let names = || {
        let mut names = file.names();
        names.sort_unstable();
        label::escaped(&names.join(", ")).to_string()
    };
    let tensor = file
        .tensor(name)
        .map_err(|_| anyhow::anyhow!("there is no tensor `{name}`; there are: {}", names()))?;
    ensure!(
        tensor.shape() == shape,
        "tensor `{name}` has shape {:?}, the net's has {shape:?}: is this a model of another net?",
        tensor.shape()
    );
    ensure!(tensor.dtype() == Dtype::F32, "tensor `{name}` holds {:?}, not F32", tensor.dtype());
    let (words, _) = tensor.data().as_chunks::<4>();
    let numbers: Vec<f32> = words.iter().map(|&word| f32::from_le_bytes(word)).collect();
    if let Some(at) = numbers.iter().position(|x| !x.is_finite()) {
        bail!("tensor `{name}` holds {} at place {at}: this model is broken", numbers[at]);
    }
    Ok(numbers)
}

/// Writes a model, once it is sure that it can be read back.
///
/// # Errors
/// If it cannot be written, or what would be read back is not what is to be kept.
pub fn save<N: Net>(
    path: &Path,
    parameters: &Parameters<N>,
    metadata: &Metadata,
) -> anyhow::Result<()> {
    let back = |bytes: &[u8]| {
        let (back, _) = parse::<N>(bytes)?;
        let bits = |net| snapshot::take::<N>(net).into_iter().map(f32::to_bits);
        ensure!(
            bits(&back).eq(bits(parameters)),
            "its numbers are others then: do the names of two layers differ only in case?"
        );
        Ok(())
    };
    write_tensors::<N>(path, &tensors::<N>("", parameters), metadata, back)
}

/// Writes tensors with metadata, unless `back` finds that they cannot be read back.
///
/// # Errors
/// If they cannot be read back or written.
pub fn write_tensors<N: Net>(
    path: &Path,
    tensors: &BTreeMap<String, Tensor>,
    metadata: &Metadata,
    back: impl Fn(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut metadata = metadata.clone();
    metadata.insert("net".into(), N::NAME.into());
    metadata.insert("layers".into(), signature::<N>());
    let bytes = sealed::emit(tensors, &metadata)?;
    back(&bytes).with_context(|| format!("{} could not be read back", label::path(&path)))?;
    whole::write(path, &bytes)
}

/// Reads a model with what it says of itself; says so if no checksum guards it.
///
/// # Errors
/// If it is not a whole model of this net.
pub fn load<N: Net>(path: &Path) -> anyhow::Result<(Box<Parameters<N>>, Metadata)> {
    let bytes = file::read(path, file::MODEL_LIMIT).with_context(|| {
        format!(
            "cannot read the model {}; `cpfo train` writes one, and --model names another",
            label::path(&path)
        )
    })?;
    let read = || {
        let file = sealed::parse(&bytes)?;
        let parameters = parameters::<N>(&file)?;
        file.warn(path);
        anyhow::Ok((parameters, file.about))
    };
    read()
        .with_context(|| format!("{} is not a model of the net `{}`", label::path(&path), N::NAME))
}

/// Reads a model from its bytes.
///
/// # Errors
/// If it is not a whole model of this net.
pub fn parse<N: Net>(bytes: &[u8]) -> anyhow::Result<(Box<Parameters<N>>, Metadata)> {
    let file = sealed::parse(bytes)?;
    Ok((parameters::<N>(&file)?, file.about))
}

fn parameters<N: Net>(file: &Sealed<'_>) -> anyhow::Result<Box<Parameters<N>>> {
    if let Some(layers) = file.about.get("layers") {
        let ours = signature::<N>();
        ensure!(*layers == ours, "its layers are {}\nthe net's are {ours}", label::escaped(layers));
    }
    let mut parameters = Box::new(N::ZERO);
    fill::<N>(&file.tensors, "", &mut parameters)?;
    Ok(parameters)
}

/// The name of the net that a file is of, if it is a model at all.
pub fn net_of(path: &Path) -> Option<String> {
    metadata(&file::read(path, file::MODEL_LIMIT).ok()?).ok()?.remove("net")
}

/// What a file says of itself; nothing if it was not written here.
///
/// # Errors
/// If it is not a whole file.
pub fn metadata(bytes: &[u8]) -> anyhow::Result<Metadata> {
    Ok(sealed::parse(bytes)?.about)
}
