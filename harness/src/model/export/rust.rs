//! A Rust expression with the parameters of a model, for a firmware to include:
//!
//! ```text
//! static MODEL: digits::Parameters = include!("digits.rs");
//! ```
//!
//! As a static it lies in flash and is read there; nothing is copied when the chip starts. Each number
//! is written so that it is read back to the bit.

use std::fmt::Write as _;

use cpfo::layer::Description;
use cpfo::net::Role;
use cpfo::net::{Net, Parameters};
use cpfo::scale::Scale;
use cpfo::topology::Kind;

use crate::model::file::learnt;

/// The expression. The scale stands above it, as a comment: it is to be named beside the model.
pub fn expression<N: Net>(parameters: &Parameters<N>, scale: &Scale<N>) -> String {
    let mut tensors = Vec::new();
    parameters.visit(|role, values| tensors.push((role, values.to_vec())));
    let mut tensors = tensors.into_iter();
    let mut next = |wanted: Role| {
        let (role, values) = tensors.next().expect("each layer has a weight and a bias");
        assert_eq!(role, wanted);
        values
    };

    let mut text = format!(
        "// The net `{}`, {} parameters, written by `cpfo export --rust`.\n\
         // Use: static MODEL: {}::Parameters = include!(\"this file\");\n",
        N::NAME,
        N::PARAMETERS,
        N::NAME
    );
    let [offset, factor] =
        [0, 1].map(|which| scale.maps().map(|map| map[which]).collect::<Vec<_>>());
    let _ = writeln!(text, "// Its readings: cpfo::scale::Scale::new(&{offset:?}, &{factor:?})");
    text.push_str("cpfo::net::Parameters::of(");
    let mut depth = 0;
    // Pooling at the head of a net is a link without numbers.
    if N::LAYERS.first().is_some_and(|(_, first)| first.kind == Kind::Pooling) {
        text.push_str(
            "cpfo::net::Link { layer: cpfo::layer::Tensors { weight: [], bias: [] }, rest: ",
        );
        depth += 1;
    }
    for (name, layer) in learnt::<N>() {
        let (weight, bias) = (next(Role::Weight), next(Role::Bias));
        let _ =
            write!(text, "cpfo::net::Link {{ layer: cpfo::layer::Tensors {{\n// {name}\nweight: ");
        array(&mut text, &shape::<N>(&name, layer), &weight);
        text.push_str(",\nbias: ");
        array(&mut text, &[bias.len()], &bias);
        text.push_str(" }, rest: ");
        depth += 1;
    }
    text.push_str("()");
    text.push_str(&" }".repeat(depth));
    text.push(')');
    text.push('\n');
    text
}

/// The shape of a layer's weights: those of a fully-connected layer on maps are nested like them.
fn shape<N: Net>(name: &str, layer: &Description) -> Vec<usize> {
    let outputs = layer.output[2];
    let before =
        N::LAYERS.iter().rev().skip_while(|(other, _)| other.to_ascii_lowercase() != name).nth(1);
    match (layer.kind, before.map(|(_, before)| before.kind)) {
        (Kind::Convolution, _) => vec![layer.window[0], layer.window[1], layer.input[2], outputs],
        (_, Some(Kind::FullyConnected)) => vec![layer.input[2], outputs],
        _ => [&layer.input[..], &[outputs]].concat(),
    }
}

/// A nested array of these extents, the innermost on a line.
fn array(text: &mut String, extents: &[usize], values: &[f32]) {
    let Some((&extent, inner)) = extents.split_first() else {
        // `{:?}` writes the shortest number that is read back to the same bits.
        let _ = values.first().map(|value| write!(text, "{value:?}"));
        return;
    };
    text.push('[');
    for part in values.chunks((values.len() / extent.max(1)).max(1)) {
        array(text, inner, part);
        text.push_str(if inner.is_empty() { ", " } else { ",\n" });
    }
    text.push(']');
}

#[cfg(test)]
mod tests {
    use cpfo::shape::Zero as _;

    use super::*;

    cpfo::net! {
        mod small: 2 x 2 x 1 {
            C1 = Convolution(2, 2 x 1, Relu);
            F2 = FullyConnected(1, Tanh);
            O3 = Output(2, SoftmaxCrossEntropy);
        }
    }

    #[test]
    fn the_expression_is_the_model() {
        let mut parameters = small::Parameters::ZERO;
        let layers = parameters.layers_mut();
        layers.layer.weight = [[[[0.1, -0.0]]], [[[f32::MIN_POSITIVE, 1e20]]]];
        layers.rest.rest.layer.bias = [-1.5, 0.333_333_34];
        let scale = Scale::<small::Net>::new(&[0.1], &[0.0625]).unwrap();
        let text = expression::<small::Net>(&parameters, &scale);
        assert!(text.contains("Scale::new(&[0.1], &[0.0625])\n"), "{text}");
        let words: String = text.lines().filter(|line| !line.starts_with("//")).collect();
        assert!(words.contains("weight: [[[[0.1, -0.0, ],],],[[[1.1754944e-38, 1e20, ],],],]"));
        assert!(words.contains("bias: [-1.5, 0.33333334, ]"));
        assert!(words.ends_with("rest: () } } })"));
    }
}
