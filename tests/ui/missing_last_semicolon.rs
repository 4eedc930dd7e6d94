//! The last layer without its semicolon.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy)
    }
}

fn main() {}
