//! The two nets that come with cpfo: the very ones for the desktop and for a chip.

#![no_std]

cpfo::net! {
    /// Handwritten digits: 8 x 8 grey pixels in, ten classes out.
    pub mod digits: 8 x 8 x 1 {
        C1 = Convolution(8, 3 x 3, Relu);
        P2 = Pooling(Max, 2 x 2);
        F3 = FullyConnected(32, Relu);
        O4 = Output(10, SoftmaxCrossEntropy);
    }
}

cpfo::net! {
    /// MNIST's size: 28 x 28 grey pixels in, ten classes out; two stages as in LeNet.
    pub mod lenet: 28 x 28 x 1 {
        C1 = Convolution(6, 5 x 5, Relu);
        P2 = Pooling(Max, 2 x 2);
        C3 = Convolution(16, 5 x 5, Relu);
        P4 = Pooling(Max, 2 x 2);
        F5 = FullyConnected(84, Relu);
        O6 = Output(10, SoftmaxCrossEntropy);
    }
}
