//! A net of one's own, with every command of `cpfo`.
//!
//! It looks at 6 x 9 grey pixels and tells three classes apart. Its data is a CSV file with a line
//! for each image: the label, then 54 pixels, row after row.
//!
//! ```sh
//! cargo run --release --example own_net -- nets
//! cargo run --release --example own_net -- train --data stripes.csv --split stratified
//! cargo run --release --example own_net -- predict picture.png --fit
//! ```

cpfo::net! {
    /// Stripes that lie, stand or lean.
    pub mod stripes: 6 x 9 x 1 {
        C1 = Convolution(4, 3 x 4, Tanh);
        P2 = Pooling(Mean, 2 x 3);
        O3 = Output(3, SoftmaxCrossEntropy);
    }
}

fn main() -> std::process::ExitCode {
    cpfo_harness::main(&[&cpfo_harness::net::<stripes::Net>()])
}
