//! A window without blanks.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        P1 = Pooling(Max, 2x2);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
