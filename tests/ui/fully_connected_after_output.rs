//! A layer behind the output.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy);
        F2 = FullyConnected(16, Relu);
    }
}

fn main() {}
