//! A layer without its semicolon.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(16, Relu)
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
