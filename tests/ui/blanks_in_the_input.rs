//! An input written without blanks.

cpfo::net! {
    mod bad: 8x8x1 {
        O1 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
