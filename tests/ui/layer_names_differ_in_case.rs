//! Two layers whose names differ only in case: a stored model would lose one of them.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        Fc1 = FullyConnected(32, Relu);
        FC1 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
