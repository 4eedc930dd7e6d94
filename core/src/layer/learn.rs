//! What becomes of a gradient.
//!
//! The backward pass of a layer is written once, against [`Learn`]. A [`Rule`] decides what stands
//! behind it: [`Descent`] moves each weight at once, [`Collection`] adds each gradient to a sum of
//! the same shape, [`Measurement`] only measures how long the gradient is. What a rule works on is
//! handed down a chain as one value, [`Rule::Held`], and split into its pairs on the way: layer and
//! rest, weight and bias.
//!
//! (`where 'a: 'a` is always true; it makes a lifetime of the implementation early-bound, as it is
//! in the trait, where it stands only inside [`Rule::Held`].)

use core::cell::Cell;
use core::marker::PhantomData;

use super::Tensors;
use crate::hold::{Flag, Place, Slot};
use crate::shape::Tensor;

/// A tensor in the backward pass: its values, and where their gradients go.
pub trait Learn<T> {
    /// Whether gradients are wanted at all.
    const LEARNS: bool;
    /// Whether the result depends on the order in which gradients are handed over.
    const ORDERED: bool = false;
    /// The values; nothing if a frozen layer has not been loaded.
    fn value(&self) -> Option<&T>;
    /// The factor of a gradient before it is added: −η in place, 1 in a sum.
    fn scale(&self) -> f32;
    /// Adds scaled gradients to the numbers that `at` points to. An index that the compiler cannot
    /// prove to be in bounds must not become a panic, so `at` may return none.
    fn add<const N: usize>(
        &mut self,
        at: impl FnOnce(&mut T) -> Option<&mut [f32; N]>,
        gradient: [f32; N],
    );
}

/// Whether gradients of such a tensor are wanted.
pub const fn learns<T, W: Learn<T>>(_: &W) -> bool {
    W::LEARNS
}

/// Whether the order in which gradients of such a tensor are handed over is part of the result.
pub const fn is_ordered<T, W: Learn<T>>(_: &W) -> bool {
    W::ORDERED
}

/// Two things held together.
pub trait Pair: 'static {
    /// The first.
    type First: 'static;
    /// The second.
    type Second: 'static;
    /// Both, to be read.
    fn both(&self) -> (&Self::First, &Self::Second);
    /// Both, to be changed.
    fn both_mut(&mut self) -> (&mut Self::First, &mut Self::Second);
}

impl<W: 'static, B: 'static> Pair for Tensors<W, B> {
    type First = W;
    type Second = B;
    #[inline(always)]
    fn both(&self) -> (&W, &B) {
        (&self.weight, &self.bias)
    }
    #[inline(always)]
    fn both_mut(&mut self) -> (&mut W, &mut B) {
        (&mut self.weight, &mut self.bias)
    }
}

/// What becomes of the gradients of a backward pass.
pub trait Rule: Copy {
    /// The rule for biases, which do not decay.
    #[inline(always)]
    fn for_bias(self) -> Self {
        self
    }
    /// What the rule works on: parameters `P`, and a `G` if it sums gradients in one.
    type Held<'a, P: 'static, G: 'static>;
    /// A tensor `T` in the backward pass, held in `W`, with its sum in `G`; `F` says whether it
    /// trains.
    type Site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag>: Learn<T>;
    /// Splits what is held into its two halves.
    fn split<'a, P: Pair, G: Pair>(
        held: Self::Held<'a, P, G>,
    ) -> (Self::Held<'a, P::First, G::First>, Self::Held<'a, P::Second, G::Second>);
    /// The parameters that are held, to be read.
    fn values<'h, P: 'static, G: 'static>(held: &'h Self::Held<'_, P, G>) -> &'h P;
    /// A tensor that is held, as the backward pass sees it.
    fn site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag>(
        self,
        held: Self::Held<'a, W, G>,
    ) -> Self::Site<'a, T, W, G, F>;
}

/// In place: each gradient moves its number at once, a bias by −η. Weight decay comes after it, as
/// a factor on the weights; their rate is divided by that factor, so that decay takes nothing of
/// the gradient.
#[derive(Clone, Copy, Debug)]
pub struct Descent {
    /// The rate of weights: η / (1 − ηλ).
    pub rate: f32,
    /// The rate of biases: η.
    pub of_biases: f32,
}

/// A tensor that is trained in place.
#[derive(Debug)]
pub struct Descending<'a, W: 'static, F> {
    held: &'a mut W,
    rate: f32,
    trained: PhantomData<F>,
}

impl Rule for Descent {
    #[inline(always)]
    fn for_bias(self) -> Self {
        Self { rate: self.of_biases, ..self }
    }
    type Held<'a, P: 'static, G: 'static> = &'a mut P;
    type Site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag> = Descending<'a, W, F>;
    #[inline(always)]
    fn split<'a, P: Pair, G: Pair>(held: &'a mut P) -> (&'a mut P::First, &'a mut P::Second)
    where
        'a: 'a,
    {
        held.both_mut()
    }
    #[inline(always)]
    fn values<'h, P: 'static, G: 'static>(held: &'h Self::Held<'_, P, G>) -> &'h P {
        held
    }
    #[inline(always)]
    fn site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag>(
        self,
        held: &'a mut W,
    ) -> Descending<'a, W, F>
    where
        'a: 'a,
    {
        Descending { held, rate: self.rate, trained: PhantomData }
    }
}

impl<T, W: Place<T>, F: Flag> Learn<T> for Descending<'_, W, F> {
    const LEARNS: bool = F::SET;
    #[inline(always)]
    fn value(&self) -> Option<&T> {
        self.held.get()
    }
    #[inline(always)]
    fn scale(&self) -> f32 {
        -self.rate
    }
    #[inline(always)]
    fn add<const N: usize>(
        &mut self,
        at: impl FnOnce(&mut T) -> Option<&mut [f32; N]>,
        gradient: [f32; N],
    ) {
        if let Some(weights) = self.held.get_mut().and_then(at) {
            for (weight, gradient) in weights.iter_mut().zip(gradient) {
                *weight += gradient;
            }
        }
    }
}

/// Each gradient is added to a sum; the weights stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct Collection;

/// A tensor whose gradients are summed.
#[derive(Debug)]
pub struct Collecting<'a, W: 'static, G: 'static, F> {
    held: &'a W,
    sum: &'a mut G,
    trained: PhantomData<F>,
}

impl Rule for Collection {
    type Held<'a, P: 'static, G: 'static> = (&'a P, &'a mut G);
    type Site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag> = Collecting<'a, W, G, F>;
    #[inline(always)]
    fn split<'a, P: Pair, G: Pair>(
        (held, sum): (&'a P, &'a mut G),
    ) -> ((&'a P::First, &'a mut G::First), (&'a P::Second, &'a mut G::Second))
    where
        'a: 'a,
    {
        let (held, sum) = (held.both(), sum.both_mut());
        ((held.0, sum.0), (held.1, sum.1))
    }
    #[inline(always)]
    fn values<'h, P: 'static, G: 'static>((held, _): &'h Self::Held<'_, P, G>) -> &'h P {
        held
    }
    #[inline(always)]
    fn site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag>(
        self,
        (held, sum): (&'a W, &'a mut G),
    ) -> Collecting<'a, W, G, F>
    where
        'a: 'a,
    {
        Collecting { held, sum, trained: PhantomData }
    }
}

impl<T, W: Place<T>, G: Slot<T>, F: Flag> Learn<T> for Collecting<'_, W, G, F> {
    const LEARNS: bool = F::SET;
    #[inline(always)]
    fn value(&self) -> Option<&T> {
        self.held.get()
    }
    #[inline(always)]
    fn scale(&self) -> f32 {
        1.0
    }
    #[inline(always)]
    fn add<const N: usize>(
        &mut self,
        at: impl FnOnce(&mut T) -> Option<&mut [f32; N]>,
        gradient: [f32; N],
    ) {
        if let Some(sums) = self.sum.slot().and_then(at) {
            for (sum, gradient) in sums.iter_mut().zip(gradient) {
                *sum += gradient;
            }
        }
    }
}

/// The squares of all gradients are summed; nothing else changes.
#[derive(Clone, Copy, Debug)]
pub struct Measurement;

/// A tensor whose gradients are measured.
#[derive(Debug)]
pub struct Measuring<'a, W: 'static, F> {
    held: &'a W,
    squares: &'a Cell<f32>,
    trained: PhantomData<F>,
}

impl Rule for Measurement {
    type Held<'a, P: 'static, G: 'static> = (&'a P, &'a Cell<f32>);
    type Site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag> = Measuring<'a, W, F>;
    #[inline(always)]
    fn split<'a, P: Pair, G: Pair>(
        (held, squares): (&'a P, &'a Cell<f32>),
    ) -> ((&'a P::First, &'a Cell<f32>), (&'a P::Second, &'a Cell<f32>))
    where
        'a: 'a,
    {
        let (first, second) = held.both();
        ((first, squares), (second, squares))
    }
    #[inline(always)]
    fn values<'h, P: 'static, G: 'static>((held, _): &'h Self::Held<'_, P, G>) -> &'h P {
        held
    }
    #[inline(always)]
    fn site<'a, T: Tensor, W: Place<T>, G: Slot<T>, F: Flag>(
        self,
        (held, squares): (&'a W, &'a Cell<f32>),
    ) -> Measuring<'a, W, F>
    where
        'a: 'a,
    {
        Measuring { held, squares, trained: PhantomData }
    }
}

impl<T, W: Place<T>, F: Flag> Learn<T> for Measuring<'_, W, F> {
    const LEARNS: bool = F::SET;
    const ORDERED: bool = true;
    #[inline(always)]
    fn value(&self) -> Option<&T> {
        self.held.get()
    }
    #[inline(always)]
    fn scale(&self) -> f32 {
        1.0
    }
    #[inline(always)]
    fn add<const N: usize>(
        &mut self,
        _: impl FnOnce(&mut T) -> Option<&mut [f32; N]>,
        gradient: [f32; N],
    ) {
        for g in gradient {
            self.squares.set(self.squares.get() + g * g);
        }
    }
}
