//! A chain of layers and what belongs to each: parameters, gradients.
//!
//! [`Chain<L, R>`] is a layer and the rest of the net after it; [`End`] closes the chain. Both are
//! types without data. The data of the layers lies beside the chain, in [`Link`]s of the same
//! order. This file walks those links; the passes over them are in `stage`.

use core::marker::PhantomData;

use crate::choice::Choice;
use crate::hold::{Flag, Hold, No, Numbers, Place, Slot};
use crate::layer::learn::Pair;
use crate::layer::{Layer, Tensors};
use crate::math;
use crate::rng::Rng;
use crate::shape::{Tensor, Zero};

/// A layer and the rest of the net.
#[derive(Debug)]
pub struct Chain<L, R>(PhantomData<(L, R)>);

/// After the last layer.
#[derive(Debug)]
pub struct End;

/// What belongs to a layer, and what belongs to the layers after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link<S, R> {
    /// Of this layer.
    pub layer: S,
    /// Of the layers after it.
    pub rest: R,
}

impl<S: Zero, R: Zero> Zero for Link<S, R> {
    const ZERO: Self = Self { layer: S::ZERO, rest: R::ZERO };
}

impl<S: 'static, R: 'static> Pair for Link<S, R> {
    type First = S;
    type Second = R;
    #[inline(always)]
    fn both(&self) -> (&S, &R) {
        (&self.layer, &self.rest)
    }
    #[inline(always)]
    fn both_mut(&mut self) -> (&mut S, &mut R) {
        (&mut self.layer, &mut self.rest)
    }
}

/// Parameters of a layer, held as a choice says.
pub type Held<L, C> = Tensors<
    <<L as Layer>::Hold<C> as Hold>::Weight<<L as Layer>::Weight>,
    <<L as Layer>::Hold<C> as Hold>::Bias<<L as Layer>::Bias>,
>;

/// Numbers in the shape of a layer's trained parameters: a gradient or a velocity.
pub type Sums<L, C> = Tensors<
    <WeightsOf<L, C> as Flag>::When<<L as Layer>::Weight>,
    <BiasesOf<L, C> as Flag>::When<<L as Layer>::Bias>,
>;

/// Whether a choice trains the weights of a layer.
pub type WeightsOf<L, C> = <<L as Layer>::Hold<C> as Hold>::Weights;

/// Whether a choice trains the biases of a layer, and so whether it trains anything of it: no
/// choice trains weights alone.
pub type BiasesOf<L, C> = <<L as Layer>::Hold<C> as Hold>::Biases;

/// Whether a choice trains anything of a layer, or anything trains before it.
pub type UpTo<L, C, Below> = <BiasesOf<L, C> as Flag>::Or<Below>;

/// Weights or biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Role {
    /// Subject to weight decay.
    Weight,
    /// Not subject to weight decay.
    Bias,
}

impl Role {
    /// The role of a tensor by its place in a chain: tensors lie layer by layer, weight before
    /// bias.
    pub const fn of(tensor: usize) -> Self {
        if tensor.is_multiple_of(2) { Self::Weight } else { Self::Bias }
    }
}

/// The data of the layers of a chain.
pub trait Holding: 'static {
    /// Parameters, held as a choice says.
    type Parameters<C: Choice>: Zero + Send + Sync + 'static;
    /// Numbers in the shape of the trained parameters: a gradient or a velocity.
    type Gradient<C: Choice>: Zero + Send + Sync + 'static;
    /// Whether a choice trains any of the layers.
    type Trains<C: Choice>: Flag;
    /// How many tensors the layers have: two each.
    const TENSORS: usize;

    /// Draws initial weights of what trains, in the order in which they lie in memory; biases
    /// become 0.
    fn initialize<C: Choice>(parameters: &mut Self::Parameters<C>, rng: &mut Rng);
    /// Takes over parameters: copies the trained ones, borrows the frozen ones.
    fn load<C: Choice, F: Choice>(
        parameters: &mut Self::Parameters<C>,
        from: &'static Self::Parameters<F>,
    );
    /// Whether every borrowed tensor has been loaded.
    fn is_loaded<C: Choice>(parameters: &Self::Parameters<C>) -> bool;
    /// The tensor at a [place](Role::of); nothing if it is empty or has not been loaded.
    fn tensor<C: Choice>(parameters: &Self::Parameters<C>, tensor: usize) -> Option<&[f32]>;
    /// The tensor at a place, to be changed; nothing if it is not trained.
    fn tensor_mut<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        tensor: usize,
    ) -> Option<&mut [f32]>;
    /// The gradient or velocity of the tensor at a place, to be changed; nothing if it is not
    /// trained.
    fn gradient_mut<C: Choice>(
        gradient: &mut Self::Gradient<C>,
        tensor: usize,
    ) -> Option<&mut [f32]>;

    /// Passes each tensor to `at` in order: trained ones to be changed, frozen ones that are loaded
    /// to be read.
    fn visit_held<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Numbers<'_>),
    ) {
        for k in 0..Self::TENSORS {
            if let Some(values) = Self::tensor_mut::<C>(parameters, k) {
                at(Numbers::Trained(values));
            } else if let Some(values) = Self::tensor::<C>(parameters, k) {
                at(Numbers::Frozen(values));
            }
        }
    }
    /// Passes each tensor to `at` in order.
    fn visit<C: Choice>(parameters: &Self::Parameters<C>, at: &mut impl FnMut(Role, &[f32])) {
        for k in 0..Self::TENSORS {
            if let Some(values) = Self::tensor::<C>(parameters, k) {
                at(Role::of(k), values);
            }
        }
    }
    /// Passes each trained tensor to `at` in order, to be changed.
    fn visit_mut<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Role, &mut [f32]),
    ) {
        for k in 0..Self::TENSORS {
            if let Some(values) = Self::tensor_mut::<C>(parameters, k) {
                at(Role::of(k), values);
            }
        }
    }
}

impl Holding for End {
    type Parameters<C: Choice> = ();
    type Gradient<C: Choice> = ();
    type Trains<C: Choice> = No;
    const TENSORS: usize = 0;

    fn initialize<C: Choice>((): &mut (), _: &mut Rng) {}
    fn load<C: Choice, F: Choice>((): &mut (), (): &'static ()) {}
    fn is_loaded<C: Choice>((): &()) -> bool {
        true
    }
    fn tensor<C: Choice>((): &(), _: usize) -> Option<&[f32]> {
        None
    }
    fn tensor_mut<C: Choice>((): &mut (), _: usize) -> Option<&mut [f32]> {
        None
    }
    fn gradient_mut<C: Choice>((): &mut (), _: usize) -> Option<&mut [f32]> {
        None
    }
}

impl<L: Layer, R: Holding> Holding for Chain<L, R> {
    type Parameters<C: Choice> = Link<Held<L, C>, R::Parameters<L::Rest<C>>>;
    type Gradient<C: Choice> = Link<Sums<L, C>, R::Gradient<L::Rest<C>>>;
    type Trains<C: Choice> = <BiasesOf<L, C> as Flag>::Or<R::Trains<L::Rest<C>>>;
    const TENSORS: usize = 2 + R::TENSORS;

    /// He's rule before ReLU, Glorot's otherwise: uniform in ±√(6 / fan-in) or
    /// ±√(6 / (fan-in + fan-out)).
    ///
    /// Sources: He and others, "Delving Deep into Rectifiers", 2015; Glorot and Bengio,
    /// "Understanding the Difficulty of Training Deep Feedforward Neural Networks", 2010.
    fn initialize<C: Choice>(parameters: &mut Self::Parameters<C>, rng: &mut Rng) {
        let (fan_in, fan_out) = L::FANS;
        let fan = if L::HE { fan_in } else { fan_in + fan_out };
        let bound = math::sqrt(6.0 / fan as f32);
        if let Some(weight) = parameters.layer.weight.get_mut() {
            for w in weight.flat_mut() {
                *w = (2.0 * rng.uniform() - 1.0) * bound;
            }
        }
        if let Some(bias) = parameters.layer.bias.get_mut() {
            bias.flat_mut().fill(0.0);
        }
        R::initialize::<L::Rest<C>>(&mut parameters.rest, rng);
    }

    fn load<C: Choice, F: Choice>(
        parameters: &mut Self::Parameters<C>,
        from: &'static Self::Parameters<F>,
    ) {
        if let (Some(weight), Some(bias)) = (from.layer.weight.get(), from.layer.bias.get()) {
            parameters.layer.weight.load(weight);
            parameters.layer.bias.load(bias);
        }
        R::load::<L::Rest<C>, L::Rest<F>>(&mut parameters.rest, &from.rest);
    }

    fn is_loaded<C: Choice>(parameters: &Self::Parameters<C>) -> bool {
        let Tensors { weight, bias } = &parameters.layer;
        weight.get().is_some()
            && bias.get().is_some()
            && R::is_loaded::<L::Rest<C>>(&parameters.rest)
    }

    #[inline(always)]
    fn tensor<C: Choice>(parameters: &Self::Parameters<C>, tensor: usize) -> Option<&[f32]> {
        match tensor {
            0 => parameters.layer.weight.get().and_then(numbers),
            1 => parameters.layer.bias.get().and_then(numbers),
            _ => R::tensor::<L::Rest<C>>(&parameters.rest, tensor - 2),
        }
    }

    #[inline(always)]
    fn tensor_mut<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        tensor: usize,
    ) -> Option<&mut [f32]> {
        match tensor {
            0 => parameters.layer.weight.get_mut().and_then(numbers_mut),
            1 => parameters.layer.bias.get_mut().and_then(numbers_mut),
            _ => R::tensor_mut::<L::Rest<C>>(&mut parameters.rest, tensor - 2),
        }
    }

    #[inline(always)]
    fn gradient_mut<C: Choice>(
        gradient: &mut Self::Gradient<C>,
        tensor: usize,
    ) -> Option<&mut [f32]> {
        match tensor {
            0 => gradient.layer.weight.slot().and_then(numbers_mut),
            1 => gradient.layer.bias.slot().and_then(numbers_mut),
            _ => R::gradient_mut::<L::Rest<C>>(&mut gradient.rest, tensor - 2),
        }
    }
}

/// The numbers of a tensor, if it has any.
#[inline(always)]
fn numbers<T: Tensor<Number = f32>>(tensor: &T) -> Option<&[f32]> {
    (T::LEN > 0).then(|| tensor.flat())
}

/// The numbers of a tensor, if it has any, to be changed.
#[inline(always)]
fn numbers_mut<T: Tensor<Number = f32>>(tensor: &mut T) -> Option<&mut [f32]> {
    (T::LEN > 0).then(|| tensor.flat_mut())
}
