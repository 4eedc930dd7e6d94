//! A pooling layer behind a pooling layer.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 3 x 3, Relu);
        P2 = Pooling(Max, 2 x 2);
        P3 = Pooling(Max, 3 x 3);
        O4 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
