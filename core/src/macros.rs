//! [`net!`](crate::net!): names layers and threads their sizes. It holds no rule and no arithmetic of
//! its own: the order is [`topology`](crate::topology)'s, the sizes are [`shape`](crate::shape)'s,
//! and what it writes could be written by hand.

/// Declares a net as a module.
///
/// ```
/// cpfo::net! {
///     /// Handwritten digits: 8 x 8 grey pixels in, ten classes out.
///     pub mod digits: 8 x 8 x 1 {
///         C1 = Convolution(8, 3 x 3, Relu);
///         P2 = Pooling(Max, 2 x 2);
///         F3 = FullyConnected(32, Relu);
///         O4 = Output(10, SoftmaxCrossEntropy);
///     }
/// }
///
/// use cpfo::Net;
/// assert_eq!(digits::Net::PARAMETERS, 2746);
/// assert_eq!(digits::Net::LAYERS[1].0, "P2");
/// ```
///
/// The first line gives the rows, columns and maps of the input. Then, in one of the
/// [legal orders](crate::topology):
///
/// | layer | arguments |
/// |---|---|
/// | `Convolution` | maps out, rows x columns of a kernel, activation |
/// | `Pooling` | `Max` or `Mean`, rows x columns of a window |
/// | `FullyConnected` | units, activation |
/// | `Output` | classes, loss |
///
/// [Activations](crate::activation) are `Relu`, `Tanh`, `Sigmoid` and `Identity`,
/// [losses](crate::loss) `SoftmaxCrossEntropy` and `SigmoidSquaredError`.
///
/// The module holds a type for each layer, and
///
/// | name | what it is |
/// |---|---|
/// | `Net` | the net: a type without data, with its name, layers and sizes ([`Net`](trait@crate::Net)) |
/// | `Image` | the array it takes |
/// | `Parameters` | what it learns, all of it in RAM |
///
/// A net that cannot be does not compile, and the message names the layer.
#[macro_export]
macro_rules! net {
    ($(#[$meta:meta])* $vis:vis mod $name:ident: $r:literal x $c:literal x $s:literal { $($layers:tt)+ }) => {
        $(#[$meta])*
        #[allow(unreachable_pub, reason = "what a net offers does not depend on who sees its module")]
        $vis mod $name {
            const _: () = assert!($r > 0 && $c > 0 && $s > 0, "the input has no pixels");
            $crate::net!(@layers $name, [], $crate::shape::Maps<$r, $c, $s>, $($layers)+);

            /// What the net takes.
            #[allow(dead_code, reason = "a net may be used by its type alone")]
            pub type Image = $crate::stage::Input<<Net as $crate::Net>::Chain>;
            /// What the net learns, all of it in RAM.
            #[allow(dead_code, reason = "a net may be used by its type alone")]
            pub type Parameters = $crate::net::Parameters<Net>;
        }
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Convolution($maps:literal, $kr:literal x $kc:literal, $activation:ident $(,)?); $($rest:tt)*
    ) => {
        const _: () = {
            const INPUT: [usize; 3] = <$input as $crate::shape::Shape>::DIMENSIONS;
            assert!($maps > 0, concat!("layer ", stringify!($name), " has no maps"));
            assert!($kr > 0 && $kc > 0, concat!("layer ", stringify!($name), " has an empty kernel"));
            assert!(
                $kr <= INPUT[0] && $kc <= INPUT[1],
                concat!("layer ", stringify!($name), ": the kernel is larger than the maps it slides over")
            );
        };
        #[doc = concat!("Layer ", stringify!($name), ", a convolution.")]
        pub type $name<P = $crate::layer::reduce::Whole<
            $crate::shape::Maps<
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[0], $kr) },
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[1], $kc) },
                $maps,
            >,
        >> = $crate::layer::Convolution<
            $input,
            $crate::shape::Maps<
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[0], $kr) },
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[1], $kc) },
                $maps,
            >,
            $crate::layer::Kernel<$kr, $kc>,
            $crate::activation::$activation,
            P,
        >;
        $crate::net!(@layers $net, [$($before)* $name: ConvolutionLayer,], <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Pooling($method:ident, $wr:literal x $wc:literal $(,)?); $($rest:tt)*
    ) => {
        const _: () = {
            const INPUT: [usize; 3] = <$input as $crate::shape::Shape>::DIMENSIONS;
            assert!($wr > 0 && $wc > 0, concat!("layer ", stringify!($name), " has an empty window"));
            assert!(
                $wr == 0 || $wc == 0 || INPUT[0].is_multiple_of($wr) && INPUT[1].is_multiple_of($wc),
                concat!("layer ", stringify!($name), ": its windows do not tile the maps before it without a rest")
            );
            assert!(
                $wr * $wc <= 256,
                concat!("layer ", stringify!($name), ": a window has more than 256 places")
            );
        };
        #[doc = concat!("Layer ", stringify!($name), ", pooling.")]
        pub type $name = $crate::layer::Pooling<
            $input,
            $crate::shape::Maps<
                { $crate::shape::tiles(<$input as $crate::shape::Shape>::DIMENSIONS[0], $wr) },
                { $crate::shape::tiles(<$input as $crate::shape::Shape>::DIMENSIONS[1], $wc) },
                { <$input as $crate::shape::Shape>::DIMENSIONS[2] },
            >,
            $crate::layer::Window<$wr, $wc>,
            $crate::layer::$method,
            { $crate::shape::winner_bytes($wr * $wc, <$input as $crate::shape::Shape>::DIMENSIONS[2]) },
        >;
        $crate::net!(@layers $net, [$($before)* $name: PoolingLayer,], <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = FullyConnected($units:literal, $activation:ident $(,)?); $($rest:tt)*
    ) => {
        const _: () = assert!($units > 0, concat!("layer ", stringify!($name), " has no units"));
        #[doc = concat!("Layer ", stringify!($name), ", fully connected.")]
        pub type $name = $crate::layer::FullyConnected<
            $input,
            $crate::shape::Units<$units>,
            $crate::activation::$activation,
        >;
        $crate::net!(@layers $net, [$($before)* $name: FullyConnectedLayer,], <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Output($classes:literal, $loss:ident $(,)?); $($rest:tt)*
    ) => {
        const _: () = assert!($classes > 0, concat!("layer ", stringify!($name), " has no classes"));
        #[doc = concat!("Layer ", stringify!($name), ", the output.")]
        pub type $name = $crate::layer::Output<
            $input,
            $crate::shape::Units<$classes>,
            $crate::loss::$loss,
        >;
        $crate::net!(@layers $net, [$($before)* $name: OutputLayer,], <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($layer:ident: $kind:ident,)*], $input:ty,) => {
        $crate::net!(@names $($layer)*);

        /// The net, a type without data.
        #[derive(Clone, Copy, Debug)]
        pub struct Net;

        impl $crate::Net for Net {
            type Chain = $crate::net!(@chain $($layer: $kind,)*);
            const NAME: &'static str = stringify!($net);
            const LAYERS: &'static [(&'static str, $crate::layer::Description)] =
                &[$((stringify!($layer), <$layer as $crate::layer::Layer>::DESCRIPTION)),*];
        }
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty, $name:ident = $other:ident $($rest:tt)*) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `Convolution(maps, rows x columns, Activation);`, ",
            "`Pooling(Max or Mean, rows x columns);`, `FullyConnected(units, Activation);` or ",
            "`Output(classes, Loss);`, found `", stringify!($other), "`"
        ));
    };

    // In a stored model a layer's name is in lower case, as PyTorch's users write it.
    (@names $layer:ident $($other:ident)*) => {
        $(
            const _: () = assert!(
                !stringify!($layer).eq_ignore_ascii_case(stringify!($other)),
                concat!(
                    "layers ", stringify!($layer), " and ", stringify!($other),
                    " would have one name in a stored model, where names are in lower case"
                )
            );
        )*
        $crate::net!(@names $($other)*);
    };
    (@names) => {};

    // Each link goes through the table of legal orders: an order that is not in it is the only
    // error, because what would be behind it has no type.
    // A convolution and the pooling that follows it are one stage.
    (@chain $c:ident: ConvolutionLayer, $p:ident: PoolingLayer, $second:ident: $next:ident, $($rest:tt)*) => {
        $crate::chain::Chain<
            $c<$p>,
            <$crate::topology::PoolingLayer as $crate::topology::Precedes<$crate::topology::$next>>::Then<
                $crate::net!(@chain $second: $next, $($rest)*)
            >,
        >
    };
    (@chain $last:ident: $kind:ident,) => {
        $crate::chain::Chain<
            $last,
            <$crate::topology::$kind as $crate::topology::Ends>::Then<$crate::chain::End>,
        >
    };
    (@chain $first:ident: $kind:ident, $second:ident: $next:ident, $($rest:tt)*) => {
        $crate::chain::Chain<
            $first,
            <$crate::topology::$kind as $crate::topology::Precedes<$crate::topology::$next>>::Then<
                $crate::net!(@chain $second: $next, $($rest)*)
            >,
        >
    };

    ($(#[$meta:meta])* $vis:vis mod $name:ident: $r:literal x $c:literal x $s:literal { }) => {
        compile_error!("a net without layers: it needs at least an Output, such as `O1 = Output(10, SoftmaxCrossEntropy);`");
    };
}
