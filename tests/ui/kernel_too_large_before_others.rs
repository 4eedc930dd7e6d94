//! A kernel larger than its maps, before layers for which it leaves nothing: one message, about it.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 9 x 9, Relu);
        P2 = Pooling(Max, 2 x 2);
        C3 = Convolution(4, 3 x 3, Relu);
        O4 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
