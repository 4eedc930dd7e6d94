//! An output without classes.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(0, SigmoidSquaredError);
    }
}

fn main() {}
