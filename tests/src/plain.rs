//! The formulas as plain loops, in 64 bits: the oracle of core's kernels.
//!
//! Nothing here is fast, fused, blocked or skipped, and nothing is shared with core but the
//! description of a net. Each sum runs over the indices of its formula (the table in core's
//! `formulas` module); maps are `[row][column][map]`, kernels `[p][q][i][j]`.

use cpfo::layer::Description;
use cpfo::net::Net;
use cpfo::topology::Kind;

/// A net with its weights, as plain vectors.
pub struct Plain {
    layers: Vec<Description>,
    /// Weight and bias of each layer, layer by layer; empty for pooling.
    pub parameters: Vec<[Vec<f64>; 2]>,
}

/// What one sample gives.
pub struct Pass {
    /// The output y.
    pub output: Vec<f64>,
    /// The loss J.
    pub loss: f64,
    /// ∂J/∂W and ∂J/∂b, as [`Plain::parameters`].
    pub gradient: Vec<[Vec<f64>; 2]>,
}

impl Plain {
    /// A net of the layers of `N`, its tensors taken in order.
    pub fn new<N: Net>(mut tensors: impl Iterator<Item = Vec<f32>>) -> Self {
        let layers: Vec<_> = N::LAYERS.iter().map(|(_, layer)| *layer).collect();
        let mut next = || tensors.next().expect("a tensor").into_iter().map(f64::from).collect();
        let parameters = layers
            .iter()
            .map(|layer| if layer.weights > 0 { [next(), next()] } else { [vec![], vec![]] })
            .collect();
        Self { layers, parameters }
    }

    /// Forward: the output of each layer, z¹ = x first.
    fn forward(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let mut z = vec![x.to_vec()];
        for (layer, [weight, bias]) in self.layers.iter().zip(&self.parameters) {
            let before = z.last().expect("x");
            z.push(match layer.kind {
                Kind::Convolution => convolve(layer, before, weight, bias),
                Kind::Pooling => pool(layer, before),
                Kind::FullyConnected | Kind::Output => connect(layer, before, weight, bias),
            });
        }
        z
    }

    /// The output y for an image.
    pub fn output(&self, x: &[f64]) -> Vec<f64> {
        self.forward(x).pop().expect("an output")
    }

    /// J of an image.
    pub fn loss(&self, x: &[f64], label: usize) -> f64 {
        let y = self.output(x);
        match self.layers.last().expect("an output").function {
            "softmax, cross-entropy" => -y[label].ln(),
            _ => one_hot(&y, label).map(|(y, t)| 0.5 * (t - y) * (t - y)).sum(),
        }
    }

    /// Forward and back.
    pub fn pass(&self, x: &[f64], label: usize) -> Pass {
        let z = self.forward(x);
        let y = z.last().expect("an output").clone();
        // δ = y − t, with f′ in between for squared error.
        let softmax = self.layers.last().expect("an output").function == "softmax, cross-entropy";
        let mut delta: Vec<f64> = one_hot(&y, label)
            .map(|(y, t)| (y - t) * if softmax { 1.0 } else { y * (1.0 - y) })
            .collect();
        let mut gradient = vec![[vec![], vec![]]; self.layers.len()];
        for l in (0..self.layers.len()).rev() {
            let (layer, [weight, _]) = (&self.layers[l], &self.parameters[l]);
            let (dx, g) = match layer.kind {
                Kind::Convolution => convolve_back(layer, &z[l], weight, &delta),
                Kind::Pooling => (unpool(layer, &z[l], &delta), [vec![], vec![]]),
                Kind::FullyConnected | Kind::Output => connect_back(layer, &z[l], weight, &delta),
            };
            gradient[l] = g;
            // ∂J/∂u of the layer before.
            delta = dx;
            if l > 0 {
                for (d, &z) in delta.iter_mut().zip(&z[l]) {
                    *d *= slope(self.layers[l - 1].function, z);
                }
            }
        }
        Pass { loss: self.loss(x, label), output: y, gradient }
    }
}

fn one_hot(y: &[f64], label: usize) -> impl Iterator<Item = (f64, f64)> {
    y.iter().enumerate().map(move |(k, &y)| (y, f64::from(u8::from(k == label))))
}

fn activate(function: &str, u: f64) -> f64 {
    match function {
        "relu" => u.max(0.0),
        "tanh" => u.tanh(),
        "sigmoid" | "sigmoid, squared error" => 1.0 / (1.0 + (-u).exp()),
        _ => u,
    }
}

fn slope(function: &str, z: f64) -> f64 {
    match function {
        "relu" => f64::from(u8::from(z > 0.0)),
        "tanh" => 1.0 - z * z,
        "sigmoid" => z * (1.0 - z),
        _ => 1.0,
    }
}

/// Where row r, column c, map s of maps lies.
fn at([_, columns, maps]: [usize; 3], r: usize, c: usize, s: usize) -> usize {
    (r * columns + c) * maps + s
}

/// Every r, c, j, p, q, i of a convolution.
fn taps(layer: &Description) -> impl Iterator<Item = [usize; 6]> + use<> {
    let ([rows, columns, outs], [kr, kc], maps) = (layer.output, layer.window, layer.input[2]);
    (0..rows * columns * outs * kr * kc * maps).map(move |mut n| {
        let mut digit = |base: usize| {
            let digit = n % base;
            n /= base;
            digit
        };
        let (i, q, p) = (digit(maps), digit(kc), digit(kr));
        let (j, c, r) = (digit(outs), digit(columns), digit(rows));
        [r, c, j, p, q, i]
    })
}

fn kernel_at(layer: &Description, p: usize, q: usize, i: usize, j: usize) -> usize {
    ((p * layer.window[1] + q) * layer.input[2] + i) * layer.output[2] + j
}

/// u_j(r, c) = b_j + Σ x_i(r+p, c+q) W_ij(p, q); z = f(u).
fn convolve(layer: &Description, x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
    let mut u: Vec<f64> =
        bias.iter().copied().cycle().take(layer.output.iter().product()).collect();
    for [r, c, j, p, q, i] in taps(layer) {
        u[at(layer.output, r, c, j)] +=
            x[at(layer.input, r + p, c + q, i)] * weight[kernel_at(layer, p, q, i, j)];
    }
    u.into_iter().map(|u| activate(layer.function, u)).collect()
}

/// dx_i(r+p, c+q) = Σ W_ij(p, q) δ_j(r, c); ∂J/∂W_ij(p, q) = Σ x_i(r+p, c+q) δ_j(r, c).
fn convolve_back(
    layer: &Description,
    x: &[f64],
    weight: &[f64],
    delta: &[f64],
) -> (Vec<f64>, [Vec<f64>; 2]) {
    let (mut dx, mut dw) = (vec![0.0; x.len()], vec![0.0; weight.len()]);
    for [r, c, j, p, q, i] in taps(layer) {
        let d = delta[at(layer.output, r, c, j)];
        let (x_at, w_at) = (at(layer.input, r + p, c + q, i), kernel_at(layer, p, q, i, j));
        dx[x_at] += weight[w_at] * d;
        dw[w_at] += x[x_at] * d;
    }
    let maps = layer.output[2];
    let db = (0..maps).map(|j| delta.iter().skip(j).step_by(maps).sum()).collect();
    (dx, [dw, db])
}

/// The places of each window, with the place of its pooled value.
fn windows(layer: &Description) -> impl Iterator<Item = (usize, Vec<usize>)> + use<> {
    let (input, output, [wr, wc]) = (layer.input, layer.output, layer.window);
    (0..output.iter().product()).map(move |place| {
        let (rest, s) = (place / output[2], place % output[2]);
        let (r, c) = (rest / output[1], rest % output[1]);
        let inside = (0..wr * wc).map(|w| at(input, r * wr + w / wc, c * wc + w % wc, s)).collect();
        (place, inside)
    })
}

/// The first place of a window with the largest value.
fn winner(x: &[f64], window: &[usize]) -> usize {
    window.iter().copied().fold(window[0], |best, w| if x[w] > x[best] { w } else { best })
}

fn pool(layer: &Description, x: &[f64]) -> Vec<f64> {
    windows(layer)
        .map(|(_, window)| match layer.function {
            "max" => x[winner(x, &window)],
            _ => window.iter().map(|&w| x[w]).sum::<f64>() / window.len() as f64,
        })
        .collect()
}

fn unpool(layer: &Description, x: &[f64], delta: &[f64]) -> Vec<f64> {
    let mut dx = vec![0.0; x.len()];
    for (place, window) in windows(layer) {
        match layer.function {
            "max" => dx[winner(x, &window)] = delta[place],
            _ => window.iter().for_each(|&w| dx[w] = delta[place] / window.len() as f64),
        }
    }
    dx
}

/// u = Wᵀ x + b; z = f(u).
fn connect(layer: &Description, x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
    let outs = bias.len();
    let u: Vec<f64> = (0..outs)
        .map(|j| bias[j] + x.iter().enumerate().map(|(i, x)| x * weight[i * outs + j]).sum::<f64>())
        .collect();
    if layer.function == "softmax, cross-entropy" {
        let largest = u.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = u.iter().map(|u| (u - largest).exp()).sum();
        return u.iter().map(|u| (u - largest).exp() / sum).collect();
    }
    u.into_iter().map(|u| activate(layer.function, u)).collect()
}

/// dx_i = Σ_j w_ij δ_j; ∂J/∂w_ij = x_i δ_j.
fn connect_back(
    _: &Description,
    x: &[f64],
    weight: &[f64],
    delta: &[f64],
) -> (Vec<f64>, [Vec<f64>; 2]) {
    let rows = weight.chunks(delta.len());
    let dx = rows.map(|row| row.iter().zip(delta).map(|(w, d)| w * d).sum()).collect();
    let dw = x.iter().flat_map(|x| delta.iter().map(move |d| x * d)).collect();
    (dx, [dw, delta.to_vec()])
}
