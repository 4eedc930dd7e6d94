//! The passes over a chain of layers, as one structural recursion.
//!
//! The neighbours are in the types. What becomes of a convolution's pre-activations depends on what
//! is [`Behind`] it: a pooling layer reduces them to a pooled map, any other layer takes the map
//! whole. So a convolution and the pooling behind it are one stage, and the map between them never
//! exists.
//!
//! The tape of a stage holds its output z. On the way back the stage behind it overwrites z with
//! this stage's δ, and this stage then does the same to the stage before it: no other memory is
//! needed. What nothing trained depends on is not computed: the way back ends at the lowest trained
//! layer.

use crate::activation::{Activation, Identity};
use crate::chain::{BiasesOf, Chain, End, Holding, Link, UpTo, WeightsOf};
use crate::choice::{Choice, Flag, No, Place, Slot};
use crate::layer::convolution::{self, Convolving, Kernels};
use crate::layer::fully_connected;
use crate::layer::learn::Rule;
use crate::layer::pooling::{Method, Pixels};
use crate::layer::reduce::{Reduce, Whole};
use crate::layer::{Convolution, FullyConnected, Kernel, Learnt, Output, Pooling, Window};
use crate::loss::Loss;
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Maps, Shape, Tensor, Units, Zero};

/// What a stage takes, as an array.
pub type Input<S, X = f32> = <<S as Stage>::Input as Shape>::Of<<X as Pixel>::Stored>;

/// What a pass leaves behind at a stage.
#[derive(Debug)]
pub struct Tape<Z, Record, Plane> {
    /// The output z, and on the way back δ.
    pub z: Z,
    /// What the way back has to know beside the output: the winners of max pooling.
    pub record: Record,
    /// Room for ∂J/∂x of one map, where a convolution has trained layers before it.
    pub plane: Plane,
}

impl<Z: Zero, Record: Zero, Plane: Zero> Zero for Tape<Z, Record, Plane> {
    const ZERO: Self = Self { z: Z::ZERO, record: Record::ZERO, plane: Plane::ZERO };
}

/// Bytes that one stage has on a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The output z, and on the way back δ.
    pub z: usize,
    /// What the way back has to know beside the output.
    pub record: usize,
    /// One map of ∂J/∂x.
    pub plane: usize,
}

/// A tape that says what it consists of, for those who plan or draw memory.
pub trait Taped {
    /// Shows the room of each stage, from the first to the last.
    fn rooms(at: &mut impl FnMut(Room));
    /// Shows z of each stage before the output, from the first on, as the last pass left it.
    fn hidden(&self, at: &mut impl FnMut(&[f32]));
}

impl<Z: Tensor<Number = f32>, Record, Plane, R: Taped> Taped for Link<Tape<Z, Record, Plane>, R> {
    fn rooms(at: &mut impl FnMut(Room)) {
        let [z, record, plane] = [size_of::<Z>(), size_of::<Record>(), size_of::<Plane>()];
        at(Room { z, record, plane });
        R::rooms(at);
    }
    fn hidden(&self, at: &mut impl FnMut(&[f32])) {
        at(self.layer.z.flat());
        self.rest.hidden(at);
    }
}

impl<Z: Tensor<Number = f32>, R: Taped> Taped for Link<Z, R> {
    fn rooms(at: &mut impl FnMut(Room)) {
        at(Room { z: size_of::<Z>(), record: 0, plane: 0 });
        R::rooms(at);
    }
    fn hidden(&self, at: &mut impl FnMut(&[f32])) {
        at(self.layer.flat());
        self.rest.hidden(at);
    }
}

impl<const K: usize> Taped for [f32; K] {
    fn rooms(at: &mut impl FnMut(Room)) {
        at(Room { z: size_of::<Self>(), record: 0, plane: 0 });
    }
    fn hidden(&self, _: &mut impl FnMut(&[f32])) {}
}

/// A layer with all that is behind it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a net",
    note = "the layers are in an order that is not legal, or the shapes of two neighbours differ"
)]
pub trait Stage: Holding {
    /// The shape of what it takes.
    type Input: Shape;
    /// What a pass leaves behind, if `C` says what trains from here on and `Below` whether
    /// anything trains before.
    type Tape<C: Choice, Below: Flag>: Taped + Zero + Send + Sync + 'static;
    /// How many classes the net tells apart.
    const CLASSES: usize;

    /// Takes x to the pre-activations of the output, which [`Stage::output`] shows. The parameters
    /// are held as `C` says; the tape is good for a way back as `T` says.
    fn forward<C: Choice, T: Choice, Below: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut Self::Tape<T, Below>,
    );
    /// The output layer's place on the tape.
    fn output<C: Choice, Below: Flag>(tape: &mut Self::Tape<C, Below>) -> &mut [f32];
    /// Turns the output's pre-activations into outputs.
    fn activate(u: &mut [f32]);
    /// Turns the output's pre-activations into δ; returns the loss.
    fn delta(u: &mut [f32], label: usize) -> f32;
    /// Takes δ of the output back to x, and gives every gradient to the rule.
    fn backward<C: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<C>, Self::Gradient<C>>,
        x: Below::Ref<'_, Input<Self, X>>,
        tape: &mut Self::Tape<C, Below>,
    );
}

/// What may stand behind a convolution with output maps `Z`: the source note's table, as types.
pub trait Behind<Z: Shape>: Holding {
    /// What becomes of the convolution's pre-activations.
    type Reduce: Reduce;
    /// The first stage that takes the result.
    type Rest: Stage<Input = <Self::Reduce as Reduce>::Output>;
    /// Its parameters; they are the same.
    fn parameters<C: Choice>(
        parameters: &Self::Parameters<C>,
    ) -> &<Self::Rest as Holding>::Parameters<C>;
    /// What a rule holds of it; it is the same.
    fn held<'a, C: Choice, U: Rule>(
        held: U::Held<'a, Self::Parameters<C>, Self::Gradient<C>>,
    ) -> U::Held<'a, <Self::Rest as Holding>::Parameters<C>, <Self::Rest as Holding>::Gradient<C>>;
}

/// Behind a convolution: the map whole, for a layer that is not pooling.
macro_rules! whole {
    ([$($generics:tt)*] $layer:ty, $rest:ty) => {
        impl<Z: Shape, $($generics)*> Behind<Z> for Chain<$layer, $rest>
        where
            Self: Stage<Input = Z>,
            Whole<Z>: Reduce<Output = Z>,
            $layer: Learnt,
            $rest: Holding,
        {
            type Reduce = Whole<Z>;
            type Rest = Self;
            #[inline(always)]
            fn parameters<C: Choice>(parameters: &Self::Parameters<C>) -> &Self::Parameters<C> {
                parameters
            }
            #[inline(always)]
            fn held<'a, C: Choice, U: Rule>(
                held: U::Held<'a, Self::Parameters<C>, Self::Gradient<C>>,
            ) -> U::Held<'a, Self::Parameters<C>, Self::Gradient<C>> {
                held
            }
        }
    };
}

whole!([O, K, A, R] Convolution<Z, O, K, A>, R);
whole!([O, A, R] FullyConnected<Z, O, A>, R);
whole!([O, L] Output<Z, O, L>, End);

/// Behind a convolution: pooling.
impl<Z: Shape, P: Shape, W: 'static, M: Method, const WINNERS: usize, R> Behind<Z>
    for Chain<Pooling<Z, P, W, M, WINNERS>, R>
where
    Pooling<Z, P, W, M, WINNERS>: Reduce<Output = P>,
    R: Stage<Input = P>,
{
    type Reduce = Pooling<Z, P, W, M, WINNERS>;
    type Rest = R;
    #[inline(always)]
    fn parameters<C: Choice>(parameters: &R::Parameters<C>) -> &R::Parameters<C> {
        parameters
    }
    #[inline(always)]
    fn held<'a, C: Choice, U: Rule>(
        held: U::Held<'a, R::Parameters<C>, R::Gradient<C>>,
    ) -> U::Held<'a, R::Parameters<C>, R::Gradient<C>> {
        held
    }
}

/// c, and the p behind it if there is one.
impl<
    const R: usize,
    const C: usize,
    const I: usize,
    const ZR: usize,
    const ZC: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    A: Activation,
    N: Behind<Maps<ZR, ZC, O>>,
> Stage for Chain<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, N>
{
    type Input = Maps<R, C, I>;
    type Tape<T: Choice, Below: Flag> = Link<
        Tape<
            Input<N::Rest>,
            <UpTo<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, T, Below> as Flag>::When<<N::Reduce as Reduce>::Record>,
            Below::When<[[f32; C]; R]>,
        >,
        <N::Rest as Stage>::Tape<
            T::Rest,
            UpTo<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, T, Below>,
        >,
    >;
    const CLASSES: usize = N::Rest::CLASSES;

    #[inline(always)]
    fn forward<H: Choice, T: Choice, Below: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<H>,
        x: &[[[X::Stored; I]; C]; R],
        tape: &mut Self::Tape<T, Below>,
    ) {
        let layer = &parameters.layer;
        if let (Some(weight), Some(bias)) = (layer.weight.get(), layer.bias.get()) {
            let u = Convolving::<_, _, _, _, _, _, X> { weight, bias, x };
            N::Reduce::forward::<A, _>(pace, &u, &mut tape.layer.z, tape.layer.record.slot());
        }
        N::Rest::forward::<H::Rest, _, _, <N::Reduce as Reduce>::Slope<A>, f32>(
            pace,
            N::parameters::<H::Rest>(&parameters.rest),
            &tape.layer.z,
            &mut tape.rest,
        );
    }

    #[inline(always)]
    fn output<T: Choice, Below: Flag>(tape: &mut Self::Tape<T, Below>) -> &mut [f32] {
        N::Rest::output(&mut tape.rest)
    }
    #[inline(always)]
    fn activate(u: &mut [f32]) {
        N::Rest::activate(u);
    }
    #[inline(always)]
    fn delta(u: &mut [f32], label: usize) -> f32 {
        N::Rest::delta(u, label)
    }

    #[inline(always)]
    fn backward<T: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<T>, Self::Gradient<T>>,
        x: Below::Ref<'_, Input<Self, X>>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        let (layer, rest) = U::split(held);
        let z = <UpTo<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, T, Below> as Flag>::lend(&mut tape.layer.z);
        N::Rest::backward::<T::Rest, _, <N::Reduce as Reduce>::Slope<A>, f32, U>(
            pace,
            rule,
            N::held::<T::Rest, U>(rest),
            z,
            &mut tape.rest,
        );
        if let Some(record) = tape.layer.record.slot() {
            N::Reduce::turn::<A>(pace, &tape.layer.z, record);
            let (weight, bias) = U::split(layer);
            convolution::backward::<R, C, I, O, KR, KC, N::Reduce, Before, Below, X, _, _>(
                pace,
                rule.site::<Kernels<I, O, KR, KC>, _, _, WeightsOf<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, T>>(weight),
                rule.for_bias().site::<[f32; O], _, _, BiasesOf<Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>, T>>(bias),
                x,
                tape.layer.plane.slot(),
                &tape.layer.z,
                record,
            );
        }
    }
}

/// f.
impl<I: Shape, const O: usize, A: Activation, N: Stage<Input = Units<O>>> Stage
    for Chain<FullyConnected<I, Units<O>, A>, N>
{
    type Input = I;
    type Tape<T: Choice, Below: Flag> =
        Link<[f32; O], N::Tape<T::Rest, UpTo<FullyConnected<I, Units<O>, A>, T, Below>>>;
    const CLASSES: usize = N::CLASSES;

    #[inline(always)]
    fn forward<C: Choice, T: Choice, Below: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        let layer = &parameters.layer;
        if let (Some(weight), Some(bias)) = (layer.weight.get(), layer.bias.get()) {
            fully_connected::forward::<I, O, A, Before, X>(pace, weight, bias, x, &mut tape.layer);
        }
        N::forward::<C::Rest, _, _, A, f32>(pace, &parameters.rest, &tape.layer, &mut tape.rest);
    }

    #[inline(always)]
    fn output<C: Choice, Below: Flag>(tape: &mut Self::Tape<C, Below>) -> &mut [f32] {
        N::output(&mut tape.rest)
    }
    #[inline(always)]
    fn activate(u: &mut [f32]) {
        N::activate(u);
    }
    #[inline(always)]
    fn delta(u: &mut [f32], label: usize) -> f32 {
        N::delta(u, label)
    }

    #[inline(always)]
    fn backward<T: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<T>, Self::Gradient<T>>,
        x: Below::Ref<'_, Input<Self, X>>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        let (layer, rest) = U::split(held);
        let z = <UpTo<FullyConnected<I, Units<O>, A>, T, Below> as Flag>::lend(&mut tape.layer);
        N::backward::<T::Rest, _, A, f32, U>(pace, rule, rest, z, &mut tape.rest);
        let (weight, bias) = U::split(layer);
        fully_connected::backward::<I, O, Before, Below, X, _, _>(
            pace,
            rule.site::<I::Of<[f32; O]>, _, _, WeightsOf<FullyConnected<I, Units<O>, A>, T>>(
                weight,
            ),
            rule.for_bias()
                .site::<[f32; O], _, _, BiasesOf<FullyConnected<I, Units<O>, A>, T>>(bias),
            x,
            &tape.layer,
        );
    }
}

/// o.
impl<I: Shape, const K: usize, L: Loss> Stage for Chain<Output<I, Units<K>, L>, End> {
    type Input = I;
    type Tape<T: Choice, Below: Flag> = [f32; K];
    const CLASSES: usize = K;

    #[inline(always)]
    fn forward<C: Choice, T: Choice, Below: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut [f32; K],
    ) {
        let layer = &parameters.layer;
        if let (Some(weight), Some(bias)) = (layer.weight.get(), layer.bias.get()) {
            fully_connected::forward::<I, K, Identity, Before, X>(pace, weight, bias, x, tape);
        }
    }

    #[inline(always)]
    fn output<C: Choice, Below: Flag>(tape: &mut [f32; K]) -> &mut [f32] {
        tape
    }
    #[inline(always)]
    fn activate(u: &mut [f32]) {
        L::activate(u);
    }
    #[inline(always)]
    fn delta(u: &mut [f32], label: usize) -> f32 {
        L::delta(u, label)
    }

    #[inline(always)]
    fn backward<T: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<T>, Self::Gradient<T>>,
        x: Below::Ref<'_, Input<Self, X>>,
        tape: &mut [f32; K],
    ) {
        let (layer, _) = U::split(held);
        let (weight, bias) = U::split(layer);
        fully_connected::backward::<I, K, Before, Below, X, _, _>(
            pace,
            rule.site::<I::Of<[f32; K]>, _, _, WeightsOf<Output<I, Units<K>, L>, T>>(weight),
            rule.for_bias().site::<[f32; K], _, _, BiasesOf<Output<I, Units<K>, L>, T>>(bias),
            x,
            tape,
        );
    }
}

/// p at the head of a net.
impl<
    const R: usize,
    const C: usize,
    const S: usize,
    P: Shape,
    const WR: usize,
    const WC: usize,
    M: Method,
    const WINNERS: usize,
    N: Stage<Input = P>,
> Stage for Chain<Pooling<Maps<R, C, S>, P, Window<WR, WC>, M, WINNERS>, N>
where
    Pooling<Maps<R, C, S>, P, Window<WR, WC>, M, WINNERS>: Reduce<Output = P>,
{
    type Input = Maps<R, C, S>;
    type Tape<T: Choice, Below: Flag> = Link<Input<N>, N::Tape<T, No>>;
    const CLASSES: usize = N::CLASSES;

    #[inline(always)]
    fn forward<H: Choice, T: Choice, Below: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<H>,
        x: &[[[X::Stored; S]; C]; R],
        tape: &mut Self::Tape<T, Below>,
    ) {
        Pooling::<Maps<R, C, S>, P, Window<WR, WC>, M, WINNERS>::forward::<Identity, _>(
            pace,
            &Pixels::<_, _, _, X>(x),
            &mut tape.layer,
            None,
        );
        N::forward::<H, _, _, Identity, f32>(pace, parameters, &tape.layer, &mut tape.rest);
    }

    #[inline(always)]
    fn output<T: Choice, Below: Flag>(tape: &mut Self::Tape<T, Below>) -> &mut [f32] {
        N::output(&mut tape.rest)
    }
    #[inline(always)]
    fn activate(u: &mut [f32]) {
        N::activate(u);
    }
    #[inline(always)]
    fn delta(u: &mut [f32], label: usize) -> f32 {
        N::delta(u, label)
    }

    #[inline(always)]
    fn backward<T: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<T>, Self::Gradient<T>>,
        _: Below::Ref<'_, Input<Self, X>>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        N::backward::<T, No, Identity, f32, U>(pace, rule, held, &tape.layer, &mut tape.rest);
    }
}
