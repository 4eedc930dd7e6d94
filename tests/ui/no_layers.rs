//! A net without layers.

cpfo::net! {
    mod bad: 8 x 8 x 1 {
    }
}

fn main() {}
