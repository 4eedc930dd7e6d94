//! An output of one class: whatever it sees, it answers the same.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
        O1 = Output(1, SigmoidSquaredError);
    }
}

fn main() {}
