//! A net without output.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        C1 = Convolution(4, 3 x 3, Relu);
        F2 = FullyConnected(16, Relu);
    }
}

fn main() {}
