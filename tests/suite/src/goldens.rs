//! The nets of the goldens: small, rectangular wherever they can be, and together with every legal
//! pair of neighbours, every activation on c and on f, both poolings and both outputs.
//!
//! `tests/pytorch/golden.py` reads the declarations from this file, builds each net in PyTorch and
//! writes `tests/golden/<name>.safetensors`. A net is therefore written down only here; who changes
//! one runs the script again.

suite! { for_each_golden:
    /// c→p→f→o: tanh under a maximum, weight decay.
    pub mod tanh_max: 7 x 9 x 2 {
        C1 = Convolution(3, 2 x 4, Tanh);
        P2 = Pooling(Max, 2 x 3);
        F3 = FullyConnected(5, Relu);
        O4 = Output(3, SoftmaxCrossEntropy);
    }

    /// c→p→f→o: ReLU under a mean, squared error.
    pub mod relu_mean: 5 x 8 x 2 {
        C1 = Convolution(4, 2 x 3, Relu);
        P2 = Pooling(Mean, 2 x 3);
        F3 = FullyConnected(6, Tanh);
        O4 = Output(4, SigmoidSquaredError);
    }

    /// c→p→o: sigmoid under a maximum, squared error with weight decay.
    pub mod sigmoid_max: 6 x 8 x 1 {
        C1 = Convolution(2, 3 x 1, Sigmoid);
        P2 = Pooling(Max, 1 x 2);
        O3 = Output(3, SigmoidSquaredError);
    }

    /// c→p→c→p→f→o: two stages of ReLU and maximum, the shape of LeNet.
    pub mod two_max_stages: 9 x 7 x 1 {
        C1 = Convolution(4, 2 x 2, Relu);
        P2 = Pooling(Max, 2 x 2);
        C3 = Convolution(6, 2 x 2, Relu);
        P4 = Pooling(Max, 3 x 1);
        F5 = FullyConnected(7, Relu);
        O6 = Output(5, SoftmaxCrossEntropy);
    }

    /// c→p→c→p→o: two stages of smooth activations and means.
    pub mod two_mean_stages: 10 x 8 x 2 {
        C1 = Convolution(3, 2 x 3, Sigmoid);
        P2 = Pooling(Mean, 3 x 3);
        C3 = Convolution(5, 1 x 1, Tanh);
        P4 = Pooling(Mean, 1 x 2);
        O5 = Output(3, SoftmaxCrossEntropy);
    }

    /// c→c→c→p: δ goes through two full correlations, with a 1 x 1 kernel between.
    pub mod three_convolutions: 8 x 9 x 2 {
        C1 = Convolution(4, 3 x 2, Relu);
        C2 = Convolution(3, 1 x 1, Tanh);
        C3 = Convolution(5, 1 x 3, Relu);
        P4 = Pooling(Max, 3 x 3);
        O5 = Output(4, SoftmaxCrossEntropy);
    }

    /// p→c→f→f→o: a stage, then a convolution without pooling and two fully-connected layers.
    pub mod two_fully_connected: 7 x 9 x 1 {
        C1 = Convolution(3, 2 x 2, Sigmoid);
        P2 = Pooling(Max, 2 x 1);
        C3 = Convolution(4, 2 x 3, Tanh);
        F4 = FullyConnected(5, Sigmoid);
        F5 = FullyConnected(6, Relu);
        O6 = Output(3, SigmoidSquaredError);
    }

    /// c→o: no layer between the maps and the classes.
    pub mod convolution_output: 5 x 6 x 3 {
        C1 = Convolution(4, 3 x 2, Relu);
        O2 = Output(4, SigmoidSquaredError);
    }

    /// c→f: a kernel as large as the map leaves one pixel.
    pub mod kernel_fills_map: 4 x 5 x 2 {
        C1 = Convolution(6, 4 x 5, Sigmoid);
        F2 = FullyConnected(4, Relu);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// f→f→o on maps: how maps are flattened.
    pub mod fully_connected_first: 3 x 4 x 2 {
        F1 = FullyConnected(6, Tanh);
        F2 = FullyConnected(5, Sigmoid);
        O3 = Output(4, SoftmaxCrossEntropy);
    }

    /// o alone: softmax regression, one sample, weight decay.
    pub mod output_only: 2 x 3 x 2 {
        O1 = Output(3, SoftmaxCrossEntropy);
    }

    /// o alone: sigmoid units with squared error.
    pub mod output_only_squared: 3 x 2 x 2 {
        O1 = Output(4, SigmoidSquaredError);
    }

    /// p→c: a net may begin with a pooling layer.
    pub mod pooling_first: 6 x 8 x 2 {
        P1 = Pooling(Max, 2 x 2);
        C2 = Convolution(3, 2 x 1, Relu);
        F3 = FullyConnected(4, Tanh);
        O4 = Output(3, SoftmaxCrossEntropy);
    }

    /// Numbers of maps and units that no block of a fast kernel divides.
    pub mod odd_widths: 6 x 5 x 3 {
        C1 = Convolution(19, 3 x 2, Relu);
        P2 = Pooling(Max, 2 x 2);
        F3 = FullyConnected(35, Relu);
        O4 = Output(11, SoftmaxCrossEntropy);
    }

    /// Pixels and parameters in whole quarters: windows with two equal maxima, of which the first
    /// wins, and pre-activations of exactly 0, where the slope of ReLU is 0.
    pub mod ties: 5 x 7 x 1 {
        C1 = Convolution(3, 2 x 2, Relu);
        P2 = Pooling(Max, 2 x 3);
        O3 = Output(3, SoftmaxCrossEntropy);
    }
}
