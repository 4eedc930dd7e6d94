//! A window without columns.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        P1 = Pooling(Max, 2 x 0);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
