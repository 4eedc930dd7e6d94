//! A kernel larger than its map.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 3 x 9, Relu);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
