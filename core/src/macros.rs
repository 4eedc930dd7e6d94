//! [`net!`](crate::net!): names the layers and hands each one's output size to the next. It has no
//! rules and no arithmetic: the order is [`topology`](crate::topology)'s, the sizes are
//! [`shape`](crate::shape)'s, and what it writes could be written by hand.

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
/// | `Image` | its input array, of floats |
/// | `Parameters` | its weights and biases, all of them in RAM |
///
/// A size is a number, or the name of a constant where the net is declared:
///
/// ```
/// const WINDOW: usize = 100;
/// const CLASSES: usize = 4;
///
/// cpfo::net! {
///     mod gesture: WINDOW x 1 x 6 {
///         C1 = Convolution(8, 5 x 1, Relu);
///         P2 = Pooling(Max, 4 x 1);
///         O3 = Output(CLASSES, SoftmaxCrossEntropy);
///     }
/// }
/// # fn main() {}
/// ```
///
/// An illegal net does not compile, and the message names the layer and the sizes.
#[macro_export]
macro_rules! net {
    ($(#[$meta:meta])* $vis:vis mod $name:ident: $r:tt x $c:tt x $s:tt { $($layers:tt)+ }) => {
        $(#[$meta])*
        #[allow(unreachable_pub, reason = "what a net offers does not depend on who sees its module")]
        $vis mod $name {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "sizes may be constants")]
            use super::*;

            const _: () = $crate::parts::legal::input(stringify!($name), [$r, $c, $s]);
            $crate::net!(@layers $name, [], $crate::shape::Maps<{ $r }, { $c }, { $s }>, $($layers)+);

            /// The input array of the net, of floats.
            #[allow(dead_code, reason = "a net may be used by its type alone")]
            pub type Image = $crate::parts::stage::Input<<Net as $crate::Net>::Chain>;
            /// The weights and biases of the net, all of them in RAM.
            #[allow(dead_code, reason = "a net may be used by its type alone")]
            pub type Parameters = $crate::net::Parameters<Net>;
        }
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Convolution($maps:tt, $kr:tt x $kc:tt, $activation:ident $(,)?);
        $($rest:tt)*
    ) => {
        const _: () = $crate::parts::legal::convolution(
            stringify!($name),
            <$input as $crate::shape::Shape>::DIMENSIONS,
            $maps,
            [$kr, $kc],
        );
        // The type's parameter has a name that no layer will have.
        #[doc = concat!("Layer ", stringify!($name), ", a convolution.")]
        pub type $name<CpfoPooling = $crate::parts::reduce::Whole<
            $crate::shape::Maps<
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[0], $kr) },
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[1], $kc) },
                { $maps },
            >,
        >> = $crate::layer::Convolution<
            $input,
            $crate::shape::Maps<
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[0], $kr) },
                { $crate::shape::valid(<$input as $crate::shape::Shape>::DIMENSIONS[1], $kc) },
                { $maps },
            >,
            $crate::layer::Kernel<{ $kr }, { $kc }>,
            $crate::activation::$activation,
            CpfoPooling,
        >;
        $crate::net!(@layers $net, [$($before)* $name: Convolution,],
            <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Pooling($method:ident, $wr:tt x $wc:tt $(,)?); $($rest:tt)*
    ) => {
        const _: () = $crate::parts::legal::pooling(
            stringify!($name),
            <$input as $crate::shape::Shape>::DIMENSIONS,
            [$wr, $wc],
        );
        #[doc = concat!("Layer ", stringify!($name), ", pooling.")]
        pub type $name = $crate::layer::Pooling<
            $input,
            $crate::shape::Maps<
                { $crate::shape::tiles(<$input as $crate::shape::Shape>::DIMENSIONS[0], $wr) },
                { $crate::shape::tiles(<$input as $crate::shape::Shape>::DIMENSIONS[1], $wc) },
                { <$input as $crate::shape::Shape>::DIMENSIONS[2] },
            >,
            $crate::layer::Window<{ $wr }, { $wc }>,
            $crate::layer::$method,
            {
                let map = <$input as $crate::shape::Shape>::DIMENSIONS;
                $crate::layer::pooling::bytes::<$crate::layer::$method>([$wr, $wc], map)
            },
        >;
        $crate::net!(@layers $net, [$($before)* $name: Pooling,],
            <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = FullyConnected($units:tt, $activation:ident $(,)?); $($rest:tt)*
    ) => {
        const _: () = $crate::parts::legal::fully_connected(stringify!($name), $units);
        #[doc = concat!("Layer ", stringify!($name), ", fully connected.")]
        pub type $name = $crate::layer::FullyConnected<
            $input,
            $crate::shape::Units<{ $units }>,
            $crate::activation::$activation,
        >;
        $crate::net!(@layers $net, [$($before)* $name: FullyConnected,],
            <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Output($classes:tt, $loss:ident $(,)?); $($rest:tt)*
    ) => {
        const _: () = $crate::parts::legal::output(stringify!($name), $classes);
        #[doc = concat!("Layer ", stringify!($name), ", the output.")]
        pub type $name = $crate::layer::Output<
            $input,
            $crate::shape::Units<{ $classes }>,
            $crate::loss::$loss,
        >;
        $crate::net!(@layers $net, [$($before)* $name: Output,],
            <$name as $crate::layer::Layer>::Output, $($rest)*);
    };

    (@layers $net:ident, [$($layer:ident: $kind:ident,)*], $input:ty,) => {
        $crate::net!(@names $($layer)*);
        const _: () = $crate::parts::legal::order(&[
            $((stringify!($layer), $crate::topology::Kind::$kind)),*
        ]);

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

    // Likely mistakes in a layer, each with its own message.
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = $kind:ident($($arguments:tt)*) $next:ident $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": a `;` is missing after `",
            stringify!($kind), "(", stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = $kind:ident($($arguments:tt)*)
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": a `;` is missing after `",
            stringify!($kind), "(", stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Convolution($maps:tt, $kernel:tt, $activation:ident $(,)?); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": a kernel has rows and columns, with blanks between, ",
            "such as `3 x 3`; found `", stringify!($kernel), "`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Pooling($method:ident, $window:tt $(,)?); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": a window has rows and columns, with blanks between, ",
            "such as `2 x 2`; found `", stringify!($window), "`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Convolution($($arguments:tt)*); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `Convolution(maps, rows x columns, Activation);`, ",
            "such as `Convolution(8, 3 x 3, Relu);`; found `Convolution(",
            stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Pooling($($arguments:tt)*); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `Pooling(Max or Mean, rows x columns);`, ",
            "such as `Pooling(Max, 2 x 2);`; found `Pooling(", stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = FullyConnected($($arguments:tt)*); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `FullyConnected(units, Activation);`, ",
            "such as `FullyConnected(32, Relu);`; found `FullyConnected(",
            stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty,
        $name:ident = Output($($arguments:tt)*); $($rest:tt)*
    ) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `Output(classes, Loss);`, ",
            "such as `Output(10, SoftmaxCrossEntropy);`; found `Output(",
            stringify!($($arguments)*), ")`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty, $name:ident = $other:ident $($rest:tt)*) => {
        compile_error!(concat!(
            "layer ", stringify!($name), ": expected `Convolution(maps, rows x columns, Activation);`, ",
            "`Pooling(Max or Mean, rows x columns);`, `FullyConnected(units, Activation);` or ",
            "`Output(classes, Loss);`, found `", stringify!($other), "`"
        ));
    };
    (@layers $net:ident, [$($before:tt)*], $input:ty, $($rest:tt)*) => {
        compile_error!(concat!(
            "net ", stringify!($net), ": expected a layer with its name, such as ",
            "`O4 = Output(10, SoftmaxCrossEntropy);`; found `", stringify!($($rest)*), "`"
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

    // A convolution and the pooling that follows it are one stage. The order is not checked here; a
    // net that does not end with an output is given one, so that its order is the only error.
    (@chain $c:ident: Convolution, $p:ident: Pooling, $($rest:tt)*) => {
        $crate::parts::chain::Chain<$c<$p>, $crate::net!(@rest $p, $($rest)*)>
    };
    (@chain $last:ident: Output,) => { $crate::parts::chain::Chain<$last, $crate::parts::chain::End> };
    (@chain $first:ident: $kind:ident, $($rest:tt)*) => {
        $crate::parts::chain::Chain<$first, $crate::net!(@rest $first, $($rest)*)>
    };
    (@rest $last:ident,) => {
        $crate::parts::chain::Chain<
            $crate::layer::Output<
                <$last as $crate::layer::Layer>::Output,
                $crate::shape::Units<2>,
                $crate::loss::SoftmaxCrossEntropy,
            >,
            $crate::parts::chain::End,
        >
    };
    (@rest $last:ident, $($rest:tt)+) => { $crate::net!(@chain $($rest)+) };

    ($(#[$meta:meta])* $vis:vis mod $name:ident: $r:tt x $c:tt x $s:tt { }) => {
        compile_error!(
            "a net without layers: it needs an output at least, such as `O1 = Output(10, SoftmaxCrossEntropy);`"
        );
    };
    ($(#[$meta:meta])* $vis:vis mod $name:ident: $r:tt x $c:tt { $($layers:tt)* }) => {
        compile_error!(concat!(
            "net ", stringify!($name), ": an input has rows, columns and maps, such as `",
            stringify!($r), " x ", stringify!($c), " x 1`"
        ));
    };
    ($(#[$meta:meta])* $vis:vis mod $name:ident: $size:tt { $($layers:tt)* }) => {
        compile_error!(concat!(
            "net ", stringify!($name), ": an input has rows, columns and maps, with blanks between, ",
            "such as `8 x 8 x 1`; found `", stringify!($size), "`"
        ));
    };
    ($($other:tt)*) => {
        compile_error!(concat!(
            "expected a net, such as `mod digits: 8 x 8 x 1 { O1 = Output(10, SoftmaxCrossEntropy); }`; ",
            "found `", stringify!($($other)*), "`"
        ));
    };
}
