//! Nets at the edges of what is legal: where a size is 1, or as large as it can be, or a map is filled by
//! what slides over it.
//!
//! They go through the plain loops' comparison, and stand in the proof that nothing in core panics.

suite! { for_each_edge:
    /// A window of nine columns, more than a strip of pixels has.
    pub mod nine_columns: 2 x 18 x 1 {
        C1 = Convolution(3, 1 x 1, Relu);
        P2 = Pooling(Max, 1 x 9);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// A window as wide as a strip, after one map.
    pub mod eight_columns: 4 x 19 x 1 {
        C1 = Convolution(7, 1 x 4, Relu);
        P2 = Pooling(Max, 2 x 8);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// Windows of five columns, which do not fill a strip, and three of them in a row.
    pub mod five_columns: 5 x 16 x 1 {
        C1 = Convolution(5, 1 x 2, Tanh);
        P2 = Pooling(Max, 5 x 5);
        O3 = Output(3, SigmoidSquaredError);
    }

    /// A window of 256 places that is the map.
    pub mod window_is_map: 16 x 16 x 1 {
        C1 = Convolution(2, 1 x 1, Tanh);
        P2 = Pooling(Max, 16 x 16);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// The mean of 256 places.
    pub mod mean_is_map: 17 x 16 x 2 {
        C1 = Convolution(3, 2 x 1, Relu);
        P2 = Pooling(Mean, 16 x 16);
        F3 = FullyConnected(1, Tanh);
        O4 = Output(2, SoftmaxCrossEntropy);
    }

    /// Means of three columns, whose bits lie across bytes and words.
    pub mod mean_across_bytes: 3 x 43 x 1 {
        C1 = Convolution(2, 2 x 2, Relu);
        P2 = Pooling(Mean, 2 x 3);
        C3 = Convolution(2, 1 x 2, Relu);
        P4 = Pooling(Mean, 1 x 1);
        O5 = Output(2, SoftmaxCrossEntropy);
    }

    /// Means of more columns than a byte has bits, behind a layer that learns.
    pub mod mean_across_words: 2 x 41 x 2 {
        C1 = Convolution(3, 1 x 1, Tanh);
        C2 = Convolution(2, 2 x 2, Relu);
        P3 = Pooling(Mean, 1 x 20);
        O4 = Output(2, SoftmaxCrossEntropy);
    }

    /// Means of what has one slope everywhere.
    pub mod mean_of_identity: 5 x 4 x 2 {
        C1 = Convolution(2, 2 x 1, Identity);
        P2 = Pooling(Mean, 2 x 2);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// One row of 256 places, of more maps than a desktop's way back takes at once.
    pub mod one_row: 1 x 256 x 65 {
        C1 = Convolution(2, 1 x 1, Relu);
        P2 = Pooling(Max, 1 x 256);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// One column, at the head of the net.
    pub mod one_column_first: 256 x 1 x 1 {
        P1 = Pooling(Max, 256 x 1);
        O2 = Output(2, SoftmaxCrossEntropy);
    }

    /// One row, at the head of the net, and a mean.
    pub mod one_row_first: 1 x 34 x 3 {
        P1 = Pooling(Mean, 1 x 17);
        C2 = Convolution(2, 1 x 2, Sigmoid);
        O3 = Output(2, SoftmaxCrossEntropy);
    }

    /// One column, a kernel and a window along it.
    pub mod one_column: 20 x 1 x 1 {
        C1 = Convolution(3, 3 x 1, Relu);
        P2 = Pooling(Max, 9 x 1);
        C3 = Convolution(2, 2 x 1, Tanh);
        O4 = Output(3, SoftmaxCrossEntropy);
    }

    /// One of everything.
    pub mod all_ones: 1 x 1 x 1 {
        C1 = Convolution(1, 1 x 1, Tanh);
        P2 = Pooling(Max, 1 x 1);
        C3 = Convolution(1, 1 x 1, Sigmoid);
        P4 = Pooling(Mean, 1 x 1);
        F5 = FullyConnected(1, Tanh);
        O6 = Output(2, SigmoidSquaredError);
    }

    /// One pixel, and the fewest classes.
    pub mod one_pixel: 1 x 1 x 1 {
        O1 = Output(2, SoftmaxCrossEntropy);
    }

    /// A kernel that is the map, and windows of one place after it.
    pub mod kernel_is_map: 3 x 17 x 2 {
        C1 = Convolution(9, 3 x 17, Sigmoid);
        P2 = Pooling(Max, 1 x 1);
        C3 = Convolution(4, 1 x 1, Tanh);
        O4 = Output(2, SoftmaxCrossEntropy);
    }

    /// One map all the way.
    pub mod one_map: 6 x 5 x 1 {
        C1 = Convolution(1, 2 x 2, Tanh);
        C2 = Convolution(1, 2 x 1, Relu);
        P3 = Pooling(Max, 1 x 4);
        O4 = Output(2, SigmoidSquaredError);
    }

    /// More maps and classes than a byte counts, and windows of one place.
    pub mod many_maps: 1 x 2 x 257 {
        C1 = Convolution(2, 1 x 1, Tanh);
        C2 = Convolution(257, 1 x 2, Relu);
        P3 = Pooling(Max, 1 x 1);
        F4 = FullyConnected(3, Tanh);
        O5 = Output(257, SoftmaxCrossEntropy);
    }

    /// As many units.
    pub mod many_units: 2 x 1 x 1 {
        F1 = FullyConnected(257, Relu);
        O2 = Output(2, SoftmaxCrossEntropy);
    }

    /// As many maps under windows of seventeen places, whose winners take a byte each.
    pub mod many_windows: 1 x 34 x 1 {
        C1 = Convolution(257, 1 x 1, Relu);
        P2 = Pooling(Max, 1 x 17);
        O3 = Output(2, SoftmaxCrossEntropy);
    }
}
