//! A layer behind the output.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy);
        C2 = Convolution(4, 1 x 1, Relu);
    }
}

fn main() {}
