//! A convolution without maps.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(0, 3 x 3, Relu);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
