//! A layer behind the output.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy);
        P2 = Pooling(Max, 1 x 1);
    }
}

fn main() {}
