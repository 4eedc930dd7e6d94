//! An activation that does not exist.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(16, Swish);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
