//! Nets of many shapes: each differs in one number from others of its kind, and ends in an output of two
//! classes.
//!
//! The firmware counts what they take, and a test of `cpfo plan` looks whether it knows.

/// Declares the nets, and the macro that goes through them, kind by kind.
macro_rules! shapes {
    ($($kind:ident { $($name:ident: $r:literal x $c:literal x $s:literal $layers:tt)* })*) => {
        shapes! { @each ($) $($kind { $($name)* })* }
        $(
            #[doc = concat!("The kind `", stringify!($kind), "`.")]
            pub mod $kind {
                $(shapes! { @net $name: $r x $c x $s $layers })*
            }
        )*
    };
    (@net $name:ident: $r:literal x $c:literal x $s:literal { $($layers:tt)* }) => {
        cpfo::net! {
            #[doc = concat!("The shape `", stringify!($name), "`.")]
            pub mod $name: $r x $c x $s { $($layers)* O = Output(2, SoftmaxCrossEntropy); }
        }
    };
    // A macro that writes a macro needs to be given the dollar.
    (@each ($dollar:tt) $($kind:ident { $($name:ident)* })*) => {
        /// Calls a macro with the names of all shapes, kind by kind.
        #[macro_export]
        macro_rules! for_each_shape {
            ($dollar then:path) => { $dollar then! { $($kind { $($name)* })* } };
        }
    };
}

shapes! {
    max {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 4 { C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 4 { C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 4 { C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        k3x5: 10 x 12 x 4 { C = Convolution(8, 3 x 5, Relu); P = Pooling(Max, 2 x 2); }
        i2: 10 x 10 x 2 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i3: 10 x 10 x 3 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i5: 10 x 10 x 5 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i6: 10 x 10 x 6 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i8: 10 x 10 x 8 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i10: 10 x 10 x 10 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i12: 10 x 10 x 12 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i16: 10 x 10 x 16 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i24: 10 x 10 x 24 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i32: 10 x 10 x 32 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o2: 10 x 10 x 4 { C = Convolution(2, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o4: 10 x 10 x 4 { C = Convolution(4, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o6: 10 x 10 x 4 { C = Convolution(6, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o10: 10 x 10 x 4 { C = Convolution(10, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o12: 10 x 10 x 4 { C = Convolution(12, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o24: 10 x 10 x 4 { C = Convolution(24, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o32: 10 x 10 x 4 { C = Convolution(32, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        p1x2: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 1 x 2); }
        p3x3: 11 x 11 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 3 x 3); }
        p4x4: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 4 x 4); }
    }
    // One map in: its taps are unrolled.
    grey {
        k1: 8 x 8 x 1 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 1 { C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 1 { C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 1 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 1 { C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 1 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 1 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 1 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o6: 10 x 10 x 1 { C = Convolution(6, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 1 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
    }
    mean {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Mean, 2 x 2); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Mean, 2 x 2); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Mean, 2 x 2); }
        i1: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        i3: 10 x 10 x 3 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        i16: 10 x 10 x 16 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        p3x3: 11 x 11 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 3 x 3); }
    }
    // No pooling after, but the output.
    whole {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); }
        k2: 9 x 9 x 4 { C = Convolution(8, 2 x 2, Relu); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); }
        i1: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); }
        c5: 7 x 7 x 4 { C = Convolution(8, 3 x 3, Relu); }
        c7: 9 x 9 x 4 { C = Convolution(8, 3 x 3, Relu); }
    }
    // A convolution after another: δ goes through it.
    behind {
        k1: 8 x 8 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        i1: 10 x 10 x 1 { B = Convolution(1, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i3: 10 x 10 x 1 { B = Convolution(3, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i16: 10 x 10 x 1 { B = Convolution(16, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i32: 10 x 10 x 1 { B = Convolution(32, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o32: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(32, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        mean: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        whole: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); }
    }
    // A fully-connected layer after a convolution.
    units {
        u1: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(1, Relu); }
        u2: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(2, Relu); }
        u3: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(3, Relu); }
        u5: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(5, Relu); }
        u6: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(6, Relu); }
        u8: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(8, Relu); }
        u10: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(10, Relu); }
        u12: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(12, Relu); }
        u16: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(16, Relu); }
        u24: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(24, Relu); }
        u32: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(32, Relu); }
        u84: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(84, Relu); }
    }
    // One column or one row, as sensors give it.
    thin {
        k3: 60 x 1 x 6 { C = Convolution(8, 3 x 1, Relu); P = Pooling(Max, 2 x 1); }
        k5: 60 x 1 x 6 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Max, 4 x 1); }
        k9: 60 x 1 x 6 { C = Convolution(8, 9 x 1, Relu); P = Pooling(Max, 4 x 1); }
        i1: 60 x 1 x 1 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Max, 4 x 1); }
        i3: 60 x 1 x 3 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Max, 4 x 1); }
        o4: 60 x 1 x 6 { C = Convolution(4, 5 x 1, Relu); P = Pooling(Max, 4 x 1); }
        o16: 60 x 1 x 6 { C = Convolution(16, 5 x 1, Relu); P = Pooling(Max, 4 x 1); }
        p2: 60 x 1 x 6 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Max, 2 x 1); }
        whole: 60 x 1 x 6 { C = Convolution(8, 5 x 1, Relu); }
        mean: 60 x 1 x 6 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Mean, 4 x 1); }
        row: 1 x 60 x 6 { C = Convolution(8, 1 x 5, Relu); P = Pooling(Max, 1 x 4); }
        row_i1: 1 x 60 x 1 { C = Convolution(8, 1 x 5, Relu); P = Pooling(Max, 1 x 4); }
        two: 100 x 1 x 6 { C = Convolution(8, 5 x 1, Relu); P = Pooling(Max, 4 x 1); D = Convolution(16, 5 x 1, Relu); Q = Pooling(Max, 4 x 1); F = FullyConnected(16, Relu); }
    }
    tanh {
        max: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); P = Pooling(Max, 2 x 2); }
        mean: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); P = Pooling(Mean, 2 x 2); }
        whole: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); }
        behind: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Tanh); C = Convolution(8, 5 x 5, Tanh); P = Pooling(Max, 2 x 2); }
        units: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Tanh); F = FullyConnected(32, Tanh); }
    }
    sigmoid {
        max: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Max, 2 x 2); }
        mean: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Mean, 2 x 2); }
        whole: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); }
        behind: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Sigmoid); C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Max, 2 x 2); }
        units: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Sigmoid); F = FullyConnected(32, Sigmoid); }
    }
}
