//! A convolution behind a fully-connected layer.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        F1 = FullyConnected(16, Relu);
        C2 = Convolution(4, 1 x 1, Relu);
        O3 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
