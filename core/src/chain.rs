//! A chain of layers and what belongs to each: parameters, gradients.
//!
//! [`Chain<L, R>`] is a layer with the rest of the net behind it, [`End`] closes it. Both are types
//! without data. What belongs to the layers lies beside the chain, in [`Link`]s of the same order.
//! This file walks such links; the passes over them are in [`stage`](crate::stage).

use core::marker::PhantomData;

use crate::choice::{All, Choice, Flag, Hold, No, Numbers, Place, Slot};
use crate::layer::learn::Pair;
use crate::layer::{Learnt, Parameters, Pooling};
use crate::math;
use crate::rng::Rng;
use crate::shape::{Shape, Tensor, Zero};

/// A layer and the rest of the net.
#[derive(Debug)]
pub struct Chain<L, R>(PhantomData<(L, R)>);

/// Behind the last layer.
#[derive(Debug)]
pub struct End;

/// What belongs to a layer, and what belongs to the layers behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link<S, R> {
    /// Of this layer.
    pub layer: S,
    /// Of the layers behind it.
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

/// Parameters of a layer, held.
type Held<L, C> = Parameters<
    <<L as Learnt>::Hold<C> as Hold>::Weight<<L as Learnt>::Weight>,
    <<L as Learnt>::Hold<C> as Hold>::Bias<<L as Learnt>::Bias>,
>;

/// Whether a choice trains the weights of a layer.
pub type WeightsOf<L, C> = <<L as Learnt>::Hold<C> as Hold>::Weights;

/// Whether a choice trains the biases of a layer, or anything of it: it trains no weights alone.
pub type BiasesOf<L, C> = <<L as Learnt>::Hold<C> as Hold>::Biases;

/// Whether a choice trains anything of a layer, or anything does that is below it.
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

/// What belongs to the layers of a chain.
pub trait Holding: 'static {
    /// Parameters, held as a choice says.
    type Parameters<C: Choice>: Zero + Send + Sync + 'static;
    /// Something of the shape of the trained parameters: a gradient, a velocity.
    type Gradient<C: Choice>: Zero + Send + Sync + 'static;
    /// Whether a choice trains any of the layers.
    type Trains<C: Choice>: Flag;

    /// Draws initial weights in the order in which they lie in memory; biases become 0.
    fn initialize(parameters: &mut Self::Parameters<All>, rng: &mut Rng);
    /// Takes over parameters: copies the trained ones, borrows the frozen ones.
    fn load<C: Choice>(parameters: &mut Self::Parameters<C>, from: &'static Self::Parameters<All>);
    /// Whether nothing is missing that is borrowed.
    fn is_loaded<C: Choice>(parameters: &Self::Parameters<C>) -> bool;
    /// Shows each tensor in order: layer by layer, weight, bias. A layer that has not been loaded has
    /// none.
    fn visit<C: Choice>(parameters: &Self::Parameters<C>, at: &mut impl FnMut(Role, &[f32]));
    /// Shows each trained tensor in order, to be changed.
    fn visit_mut<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Role, &mut [f32]),
    );
    /// Shows each tensor in order: trained ones to be changed, frozen ones that are loaded to be read.
    fn visit_held<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Numbers<'_>),
    );
    /// Shows each trained tensor of a gradient in order, to be changed.
    fn visit_gradient<C: Choice>(gradient: &mut Self::Gradient<C>, at: &mut impl FnMut(&mut [f32]));
    /// Shows each trained tensor of a gradient in order, beside the same of another.
    fn pair_up<C: Choice>(
        one: &mut Self::Gradient<C>,
        other: &mut Self::Gradient<C>,
        at: &mut impl FnMut(&mut [f32], &mut [f32]),
    );
    /// Shows each trained tensor in order, beside its gradient and its velocity.
    fn update<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        gradient: &mut Self::Gradient<C>,
        velocity: &mut Self::Gradient<C>,
        at: &mut impl FnMut(Role, &mut [f32], &mut [f32], &mut [f32]),
    );
}

impl Holding for End {
    type Parameters<C: Choice> = ();
    type Gradient<C: Choice> = ();
    type Trains<C: Choice> = No;

    fn initialize((): &mut (), _: &mut Rng) {}
    fn load<C: Choice>((): &mut (), (): &'static ()) {}
    fn is_loaded<C: Choice>((): &()) -> bool {
        true
    }
    fn visit<C: Choice>((): &(), _: &mut impl FnMut(Role, &[f32])) {}
    fn visit_mut<C: Choice>((): &mut (), _: &mut impl FnMut(Role, &mut [f32])) {}
    fn visit_held<C: Choice>((): &mut (), _: &mut impl FnMut(Numbers<'_>)) {}
    fn visit_gradient<C: Choice>((): &mut (), _: &mut impl FnMut(&mut [f32])) {}
    fn pair_up<C: Choice>((): &mut (), (): &mut (), _: &mut impl FnMut(&mut [f32], &mut [f32])) {}
    fn update<C: Choice>(
        (): &mut (),
        (): &mut (),
        (): &mut (),
        _: &mut impl FnMut(Role, &mut [f32], &mut [f32], &mut [f32]),
    ) {
    }
}

/// A pooling layer has learnt nothing.
impl<I: Shape, O: Shape, W: 'static, M: 'static, const WINNERS: usize, R: Holding> Holding
    for Chain<Pooling<I, O, W, M, WINNERS>, R>
{
    type Parameters<C: Choice> = R::Parameters<C>;
    type Gradient<C: Choice> = R::Gradient<C>;
    type Trains<C: Choice> = R::Trains<C>;

    fn initialize(parameters: &mut R::Parameters<All>, rng: &mut Rng) {
        R::initialize(parameters, rng);
    }
    fn load<C: Choice>(parameters: &mut R::Parameters<C>, from: &'static R::Parameters<All>) {
        R::load::<C>(parameters, from);
    }
    fn is_loaded<C: Choice>(parameters: &R::Parameters<C>) -> bool {
        R::is_loaded::<C>(parameters)
    }
    fn visit<C: Choice>(parameters: &R::Parameters<C>, at: &mut impl FnMut(Role, &[f32])) {
        R::visit::<C>(parameters, at);
    }
    fn visit_mut<C: Choice>(
        parameters: &mut R::Parameters<C>,
        at: &mut impl FnMut(Role, &mut [f32]),
    ) {
        R::visit_mut::<C>(parameters, at);
    }
    fn visit_held<C: Choice>(parameters: &mut R::Parameters<C>, at: &mut impl FnMut(Numbers<'_>)) {
        R::visit_held::<C>(parameters, at);
    }
    fn visit_gradient<C: Choice>(gradient: &mut R::Gradient<C>, at: &mut impl FnMut(&mut [f32])) {
        R::visit_gradient::<C>(gradient, at);
    }
    fn pair_up<C: Choice>(
        one: &mut R::Gradient<C>,
        other: &mut R::Gradient<C>,
        at: &mut impl FnMut(&mut [f32], &mut [f32]),
    ) {
        R::pair_up::<C>(one, other, at);
    }
    fn update<C: Choice>(
        parameters: &mut R::Parameters<C>,
        gradient: &mut R::Gradient<C>,
        velocity: &mut R::Gradient<C>,
        at: &mut impl FnMut(Role, &mut [f32], &mut [f32], &mut [f32]),
    ) {
        R::update::<C>(parameters, gradient, velocity, at);
    }
}

impl<L: Learnt, R: Holding> Holding for Chain<L, R> {
    type Parameters<C: Choice> = Link<Held<L, C>, R::Parameters<C::Rest>>;
    type Gradient<C: Choice> = Link<
        Parameters<
            <WeightsOf<L, C> as Flag>::When<L::Weight>,
            <BiasesOf<L, C> as Flag>::When<L::Bias>,
        >,
        R::Gradient<C::Rest>,
    >;
    type Trains<C: Choice> = <BiasesOf<L, C> as Flag>::Or<R::Trains<C::Rest>>;

    /// He's rule before ReLU, Glorot's otherwise: uniform in ±√(6 / fan-in) or
    /// ±√(6 / (fan-in + fan-out)).
    ///
    /// Sources: He and others, "Delving Deep into Rectifiers", 2015; Glorot and Bengio,
    /// "Understanding the Difficulty of Training Deep Feedforward Neural Networks", 2010.
    fn initialize(parameters: &mut Self::Parameters<All>, rng: &mut Rng) {
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
        R::initialize(&mut parameters.rest, rng);
    }

    fn load<C: Choice>(parameters: &mut Self::Parameters<C>, from: &'static Self::Parameters<All>) {
        if let (Some(weight), Some(bias)) = (from.layer.weight.get(), from.layer.bias.get()) {
            parameters.layer.weight.load(weight);
            parameters.layer.bias.load(bias);
        }
        R::load::<C::Rest>(&mut parameters.rest, &from.rest);
    }

    fn is_loaded<C: Choice>(parameters: &Self::Parameters<C>) -> bool {
        let Parameters { weight, bias } = &parameters.layer;
        weight.get().is_some() && bias.get().is_some() && R::is_loaded::<C::Rest>(&parameters.rest)
    }

    fn visit<C: Choice>(parameters: &Self::Parameters<C>, at: &mut impl FnMut(Role, &[f32])) {
        if let (Some(weight), Some(bias)) =
            (parameters.layer.weight.get(), parameters.layer.bias.get())
        {
            at(Role::Weight, weight.flat());
            at(Role::Bias, bias.flat());
        }
        R::visit::<C::Rest>(&parameters.rest, at);
    }

    fn visit_mut<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Role, &mut [f32]),
    ) {
        if let Some(weight) = parameters.layer.weight.get_mut() {
            at(Role::Weight, weight.flat_mut());
        }
        if let Some(bias) = parameters.layer.bias.get_mut() {
            at(Role::Bias, bias.flat_mut());
        }
        R::visit_mut::<C::Rest>(&mut parameters.rest, at);
    }

    fn visit_held<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        at: &mut impl FnMut(Numbers<'_>),
    ) {
        if let Some(weight) = parameters.layer.weight.numbers() {
            at(weight);
        }
        if let Some(bias) = parameters.layer.bias.numbers() {
            at(bias);
        }
        R::visit_held::<C::Rest>(&mut parameters.rest, at);
    }

    fn visit_gradient<C: Choice>(
        gradient: &mut Self::Gradient<C>,
        at: &mut impl FnMut(&mut [f32]),
    ) {
        if let Some(weight) = gradient.layer.weight.slot() {
            at(weight.flat_mut());
        }
        if let Some(bias) = gradient.layer.bias.slot() {
            at(bias.flat_mut());
        }
        R::visit_gradient::<C::Rest>(&mut gradient.rest, at);
    }

    fn pair_up<C: Choice>(
        one: &mut Self::Gradient<C>,
        other: &mut Self::Gradient<C>,
        at: &mut impl FnMut(&mut [f32], &mut [f32]),
    ) {
        if let (Some(one), Some(other)) = (one.layer.weight.slot(), other.layer.weight.slot()) {
            at(one.flat_mut(), other.flat_mut());
        }
        if let (Some(one), Some(other)) = (one.layer.bias.slot(), other.layer.bias.slot()) {
            at(one.flat_mut(), other.flat_mut());
        }
        R::pair_up::<C::Rest>(&mut one.rest, &mut other.rest, at);
    }

    fn update<C: Choice>(
        parameters: &mut Self::Parameters<C>,
        gradient: &mut Self::Gradient<C>,
        velocity: &mut Self::Gradient<C>,
        at: &mut impl FnMut(Role, &mut [f32], &mut [f32], &mut [f32]),
    ) {
        let (p, g, v) = (&mut parameters.layer, &mut gradient.layer, &mut velocity.layer);
        if let (Some(p), Some(g), Some(v)) = (p.weight.get_mut(), g.weight.slot(), v.weight.slot())
        {
            at(Role::Weight, p.flat_mut(), g.flat_mut(), v.flat_mut());
        }
        if let (Some(p), Some(g), Some(v)) = (p.bias.get_mut(), g.bias.slot(), v.bias.slot()) {
            at(Role::Bias, p.flat_mut(), g.flat_mut(), v.flat_mut());
        }
        R::update::<C::Rest>(&mut parameters.rest, &mut gradient.rest, &mut velocity.rest, at);
    }
}
