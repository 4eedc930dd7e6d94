//! The order in which PyTorch keeps weights, and back.
//!
//! A weight tensor of ours is `[rows][columns][maps][outputs]`: rows and columns of the kernel for a
//! convolution, of the input for a fully-connected or output layer. PyTorch keeps
//! `[outputs][maps][rows][columns]` for both; a linear layer's last three are flattened, as its
//! `flatten` leaves them.

use cpfo::layer::Description;
use cpfo::topology::Kind;

/// The shape of a layer's weights in PyTorch.
pub fn shape(layer: &Description) -> Vec<usize> {
    let [rows, columns, maps, outputs] = extents(layer);
    match layer.kind {
        Kind::Convolution => vec![outputs, maps, rows, columns],
        _ => vec![outputs, maps * rows * columns],
    }
}

/// Our weights in PyTorch's order.
pub fn to_torch(layer: &Description, ours: &[f32]) -> Vec<f32> {
    let mut torch = vec![0.0; ours.len()];
    for (ours_at, torch_at) in places(layer) {
        torch[torch_at] = ours[ours_at];
    }
    torch
}

/// Weights in PyTorch's order, in ours.
pub fn from_torch(layer: &Description, torch: &[f32], ours: &mut [f32]) {
    for (ours_at, torch_at) in places(layer) {
        ours[ours_at] = torch[torch_at];
    }
}

/// Rows, columns, maps and outputs of a weight tensor.
fn extents(layer: &Description) -> [usize; 4] {
    let [rows, columns, maps] = match layer.kind {
        Kind::Convolution => [layer.window[0], layer.window[1], layer.input[2]],
        _ => layer.input,
    };
    [rows, columns, maps, layer.output[2]]
}

/// Where each weight lies here and there.
fn places(layer: &Description) -> impl Iterator<Item = (usize, usize)> {
    let [rows, columns, maps, outputs] = extents(layer);
    (0..rows * columns * maps * outputs).map(move |ours| {
        let (rest, o) = (ours / outputs, ours % outputs);
        let (rest, s) = (rest / maps, rest % maps);
        let (r, c) = (rest / columns, rest % columns);
        (ours, ((o * maps + s) * rows + r) * columns + c)
    })
}

#[cfg(test)]
mod tests {
    use cpfo::layer::{Convolution, FullyConnected, Kernel, Layer};
    use cpfo::shape::{Maps, Units};

    use super::*;

    #[test]
    fn kernels_turn_inside_out() {
        type C = Convolution<Maps<3, 4, 2>, Maps<2, 2, 5>, Kernel<2, 3>, cpfo::activation::Relu>;
        let layer = &C::DESCRIPTION;
        assert_eq!(shape(layer), [5, 2, 2, 3]);
        let ours: Vec<f32> = (0..60).map(|i| i as f32).collect();
        let torch = to_torch(layer, &ours);
        // Row 1, column 2, map 1, output 3 of ours is [3][1][1][2] there.
        assert_eq!(torch[((3 * 2 + 1) * 2 + 1) * 3 + 2], ours[((3 + 2) * 2 + 1) * 5 + 3]);
        let mut back = vec![0.0; 60];
        from_torch(layer, &torch, &mut back);
        assert_eq!(back, ours);
    }

    #[test]
    fn a_linear_layer_sees_its_input_flattened_map_by_map() {
        type F = FullyConnected<Maps<2, 2, 3>, Units<4>, cpfo::activation::Relu>;
        let layer = &F::DESCRIPTION;
        assert_eq!(shape(layer), [4, 12]);
        let ours: Vec<f32> = (0..48).map(|i| i as f32).collect();
        // Output 1, map 2, row 0, column 1.
        assert_eq!(to_torch(layer, &ours)[12 + 2 * 4 + 1], ours[(3 + 2) * 4 + 1]);
    }
}
