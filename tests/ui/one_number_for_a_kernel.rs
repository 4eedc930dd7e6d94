//! A kernel of one number.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(8, 3, Relu);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
