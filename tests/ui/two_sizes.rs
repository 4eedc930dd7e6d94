//! An input without the number of its maps.

cpfo::net! {
    mod bad: 100 x 6 {
        O1 = Output(4, SoftmaxCrossEntropy);
    }
}

fn main() {}
