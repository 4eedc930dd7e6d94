//! A kernel without rows.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 0 x 3, Relu);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
