//! A fully-connected layer without units.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(0, Tanh);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
