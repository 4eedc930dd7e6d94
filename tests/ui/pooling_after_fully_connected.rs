//! A pooling layer behind a fully-connected layer.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(16, Relu);
        P2 = Pooling(Mean, 1 x 1);
        O3 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
