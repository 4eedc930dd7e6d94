//! Windows that do not tile their map.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 2 x 2, Relu);
        P2 = Pooling(Max, 2 x 2);
        O3 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
