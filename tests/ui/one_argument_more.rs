//! An output that is given an activation, too.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(16, Relu, 3);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
