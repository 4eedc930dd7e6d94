//! An input without pixels.

cpfo::net! {
    mod bad: 8 x 0 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
