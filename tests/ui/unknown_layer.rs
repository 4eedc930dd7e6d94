//! A kind of layer that does not exist.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        D1 = Dense(16, Relu);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
