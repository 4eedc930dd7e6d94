//! A window larger than its map.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        P1 = Pooling(Mean, 8 x 16);
        O2 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {}
