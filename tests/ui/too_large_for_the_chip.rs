//! A net that trains, on a chip with too little RAM for it.

use cpfo::Net as _;

cpfo::net! {
    mod large: 28 x 28 x 1 {
        C1 = Convolution(6, 5 x 5, Relu);
        P2 = Pooling(Max, 2 x 2);
        F3 = FullyConnected(84, Relu);
        O4 = Output(10, SoftmaxCrossEntropy);
    }
}

const RAM: usize = 16 * 1024;
const _: () = cpfo::budget::assert_fits(large::Net::NAME, large::Net::IN_PLACE_RAM, RAM);

fn main() {}
