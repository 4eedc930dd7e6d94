//! The passes over a chain of layers, as one structural recursion: this layer, then the rest.
//!
//! It knows no kind of layer. What a layer does is in the [file](crate::layer) of its kind; here is
//! only the order in which the layers run, and what lies on the tape between them.
//!
//! The tape of a layer holds its output z. In the backward pass the layer after it overwrites z
//! with this layer's δ, and this layer then does the same to the layer before it: no other memory
//! is needed. What no trained layer needs is not computed: the backward pass ends at the first
//! trained layer.

use crate::activation::Activation;
use crate::chain::{BiasesOf, Chain, End, Held, Holding, Link, Sums, UpTo, WeightsOf};
use crate::choice::Choice;
use crate::hold::{Flag, Place, Slot};
use crate::layer::learn::Rule;
use crate::layer::{self, Last, Layer, Stored};
use crate::loss::Loss;
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Shape, Tensor, Zero};

/// The input array of a stage.
pub type Input<S, X = f32> = Stored<<S as Stage>::Input, X>;

/// What a pass keeps of one layer.
#[derive(Debug)]
pub struct Tape<Z, Record, Plane> {
    /// The output z; in the backward pass, δ.
    pub z: Z,
    /// What the backward pass needs to know beside the output, such as the winners of max pooling.
    pub record: Record,
    /// Room for ∂J/∂x of one map, where a convolution has trained layers before it.
    pub plane: Plane,
}

impl<Z: Zero, Record: Zero, Plane: Zero> Zero for Tape<Z, Record, Plane> {
    const ZERO: Self = Self { z: Z::ZERO, record: Record::ZERO, plane: Plane::ZERO };
}

/// What a tape keeps of a layer, if `C` says what trains from it on and `Below` whether anything
/// trains before it.
type TapeOf<L, C, Below> = Tape<
    Stored<<L as Layer>::Output>,
    <UpTo<L, C, Below> as Flag>::When<<L as Layer>::Record>,
    <Below as Flag>::When<<L as Layer>::Plane>,
>;

/// Bytes that one layer takes on a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The output z; in the backward pass, δ.
    pub z: usize,
    /// What the backward pass needs to know beside the output.
    pub record: usize,
    /// One map of ∂J/∂x.
    pub plane: usize,
}

/// A tape that describes itself, for plans and pictures of the memory.
pub trait Taped {
    /// Whether this is the end, after the last layer.
    const END: bool = false;
    /// Passes the sizes of each layer to `at`, from the first to the last.
    fn rooms(at: &mut impl FnMut(Room));
    /// Passes z of each layer before the output to `at`, from the first on, as the last pass left
    /// it.
    fn hidden(&self, at: &mut impl FnMut(&[f32]));
}

impl<Z: Tensor<Number = f32>, Record, Plane, R: Taped> Taped for Link<Tape<Z, Record, Plane>, R> {
    fn rooms(at: &mut impl FnMut(Room)) {
        let [z, record, plane] = [size_of::<Z>(), size_of::<Record>(), size_of::<Plane>()];
        at(Room { z, record, plane });
        R::rooms(at);
    }
    fn hidden(&self, at: &mut impl FnMut(&[f32])) {
        if !R::END {
            at(self.layer.z.flat());
            self.rest.hidden(at);
        }
    }
}

impl Taped for () {
    const END: bool = true;
    fn rooms(_: &mut impl FnMut(Room)) {}
    fn hidden(&self, _: &mut impl FnMut(&[f32])) {}
}

/// A layer and all that follow it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a net",
    note = "the layers are in an order that is not legal, or the shapes of two neighbours differ"
)]
pub trait Stage: Holding {
    /// The shape of its input.
    type Input: Shape;
    /// The tape of a pass, if `C` says what trains from here on and `Below` whether anything trains
    /// before.
    type Tape<C: Choice, Below: Flag>: Taped + Zero + Send + Sync + 'static;
    /// The loss, which the last layer computes from its pre-activations.
    type Loss: Loss;
    /// How many classes the net tells apart.
    const CLASSES: usize;

    /// Computes the pre-activations of the output from x; [`Stage::output`] gives them. The
    /// parameters are held as `C` says; the tape has room for a backward pass as `T` says, and is
    /// prepared for one if `Back` is set.
    fn forward<C: Choice, T: Choice, Below: Flag, Back: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut Self::Tape<T, Below>,
    );
    /// The output's place on the tape.
    fn output<C: Choice, Below: Flag>(tape: &mut Self::Tape<C, Below>) -> &mut [f32];
    /// Takes δ of the output back to x, and hands every gradient to the rule.
    fn backward<C: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<C>, Self::Gradient<C>>,
        x: layer::Input<'_, Input<Self, X>>,
        tape: &mut Self::Tape<C, Below>,
    );
}

impl<L: Layer, N: Stage<Input = L::Output>> Stage for Chain<L, N> {
    type Input = L::Input;
    type Tape<C: Choice, Below: Flag> =
        Link<TapeOf<L, C, Below>, N::Tape<L::Rest<C>, UpTo<L, C, Below>>>;
    type Loss = N::Loss;
    const CLASSES: usize = N::CLASSES;

    #[inline(always)]
    fn forward<C: Choice, T: Choice, Below: Flag, Back: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        let Tape { z, record, .. } = &mut tape.layer;
        let record = if Back::SET { record.slot() } else { None };
        forward::<L, C, Before, X>(pace, &parameters.layer, x, z, record);
        let (parameters, tape) = (&parameters.rest, &mut tape.rest);
        N::forward::<L::Rest<C>, _, _, Back, L::Slope, f32>(pace, parameters, z, tape);
    }

    #[inline(always)]
    fn output<C: Choice, Below: Flag>(tape: &mut Self::Tape<C, Below>) -> &mut [f32] {
        N::output(&mut tape.rest)
    }

    #[inline(always)]
    fn backward<C: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<C>, Self::Gradient<C>>,
        x: layer::Input<'_, Input<Self, X>>,
        tape: &mut Self::Tape<C, Below>,
    ) {
        let (layer, rest) = U::split(held);
        let z = layer::Input::new::<UpTo<L, C, Below>>(&mut tape.layer.z);
        N::backward::<L::Rest<C>, _, L::Slope, f32, U>(pace, rule, rest, z, &mut tape.rest);
        backward::<L, C, Below, Before, X, U>(pace, rule, layer, x, &mut tape.layer);
    }
}

impl<L: Last> Stage for Chain<L, End> {
    type Input = L::Input;
    type Tape<C: Choice, Below: Flag> = Link<TapeOf<L, C, Below>, ()>;
    type Loss = L::Loss;
    const CLASSES: usize = L::Output::LEN;

    #[inline(always)]
    fn forward<C: Choice, T: Choice, Below: Flag, Back: Flag, Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: &Self::Parameters<C>,
        x: &Input<Self, X>,
        tape: &mut Self::Tape<T, Below>,
    ) {
        forward::<L, C, Before, X>(pace, &parameters.layer, x, &mut tape.layer.z, None);
    }

    #[inline(always)]
    fn output<C: Choice, Below: Flag>(tape: &mut Self::Tape<C, Below>) -> &mut [f32] {
        tape.layer.z.flat_mut()
    }

    #[inline(always)]
    fn backward<C: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
        pace: &mut impl Pace,
        rule: U,
        held: U::Held<'_, Self::Parameters<C>, Self::Gradient<C>>,
        x: layer::Input<'_, Input<Self, X>>,
        tape: &mut Self::Tape<C, Below>,
    ) {
        let (layer, _) = U::split(held);
        backward::<L, C, Below, Before, X, U>(pace, rule, layer, x, &mut tape.layer);
    }
}

/// The forward pass of one layer, with its parameters held as a choice says.
#[inline(always)]
fn forward<L: Layer, C: Choice, Before: Activation, X: Pixel>(
    pace: &mut impl Pace,
    held: &Held<L, C>,
    x: &Stored<L::Input, X>,
    z: &mut Stored<L::Output>,
    record: Option<&mut L::Record>,
) {
    if let (Some(weight), Some(bias)) = (held.weight.get(), held.bias.get()) {
        L::forward::<Before, X>(pace, (weight, bias), x, z, record);
    }
}

/// The backward pass of one layer, if anything trains in it or before it.
#[inline(always)]
fn backward<L: Layer, C: Choice, Below: Flag, Before: Activation, X: Pixel, U: Rule>(
    pace: &mut impl Pace,
    rule: U,
    held: U::Held<'_, Held<L, C>, Sums<L, C>>,
    x: layer::Input<'_, Stored<L::Input, X>>,
    tape: &mut TapeOf<L, C, Below>,
) {
    if let Some(record) = tape.record.slot() {
        let (weight, bias) = U::split(held);
        let weight = rule.site::<L::Weight, _, _, WeightsOf<L, C>>(weight);
        let bias = rule.for_bias().site::<L::Bias, _, _, BiasesOf<L, C>>(bias);
        let (plane, delta) = (tape.plane.slot(), &tape.z);
        L::backward::<Before, Below, X>(pace, (weight, bias), x, plane, delta, record);
    }
}
