//! Draws random nets for the comparison with the plain loops: sizes of a net are types, so they
//! have to be drawn before the tests are compiled. `CPFO_SHAPES=<seed>` draws others.

use std::fmt::Write as _;
use std::path::PathBuf;

const NETS: usize = 24;

/// SplitMix64, which is enough for drawing shapes.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn from(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.from(0, of.len() - 1)]
    }
}

/// A random legal net: a few convolutions, each perhaps pooled, a few fully-connected layers.
fn net(draw: &mut Draw) -> String {
    let activations = ["Relu", "Tanh", "Sigmoid"];
    let (mut rows, mut columns) = (draw.from(3, 12), draw.from(3, 12));
    let mut layers = format!("{rows} x {columns} x {} {{ ", draw.from(1, 4));
    let mut number = 0;
    let mut add = |layers: &mut String, kind: char, rest: String| {
        number += 1;
        write!(layers, "{kind}{number} = {rest}; ").expect("a string");
    };
    for _ in 0..draw.from(0, 3) {
        let (kr, kc) = (draw.from(1, rows.min(5)), draw.from(1, columns.min(5)));
        let maps = draw.one(&[1, 2, 3, 4, 5, 7, 8, 9, 17]);
        let activation = draw.one(&activations);
        add(&mut layers, 'C', format!("Convolution({maps}, {kr} x {kc}, {activation})"));
        (rows, columns) = (rows + 1 - kr, columns + 1 - kc);
        if draw.from(0, 2) > 0 {
            let window = |draw: &mut Draw, side: usize| {
                let fitting: Vec<_> =
                    (1..=side.min(4)).filter(|w| side.is_multiple_of(*w)).collect();
                draw.one(&fitting)
            };
            let (wr, wc) = (window(draw, rows), window(draw, columns));
            let method = draw.one(&["Max", "Mean"]);
            add(&mut layers, 'P', format!("Pooling({method}, {wr} x {wc})"));
            (rows, columns) = (rows / wr, columns / wc);
        }
    }
    for _ in 0..draw.from(0, 2) {
        let units = draw.one(&[1, 2, 5, 8, 13, 33]);
        add(&mut layers, 'F', format!("FullyConnected({units}, {})", draw.one(&activations)));
    }
    let classes = draw.from(2, 11);
    let loss = draw.one(&["SoftmaxCrossEntropy", "SigmoidSquaredError"]);
    add(&mut layers, 'O', format!("Output({classes}, {loss})"));
    layers + "}"
}

fn main() {
    println!("cargo::rerun-if-env-changed=CPFO_SHAPES");
    println!("cargo::rerun-if-changed=build.rs");
    let seed = std::env::var("CPFO_SHAPES").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut draw = Draw(seed);
    let mut source = "suite! { for_each_random:\n".to_owned();
    for n in 0..NETS {
        let net = net(&mut draw);
        writeln!(source, "/** {net} */ pub mod random_{n}: {net}").expect("a string");
    }
    source += "}\n";
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("random.rs"), source).expect("a writable folder");
}
