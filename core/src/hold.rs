//! How tensors are held, as a type: owned and trained, or borrowed from flash. And memory that is
//! there or not, as a type.

use crate::shape::{Tensor, Zero};

/// The numbers of a tensor.
#[derive(Debug)]
pub enum Numbers<'a> {
    /// Of a trained tensor, to be changed.
    Trained(&'a mut [f32]),
    /// Of a frozen tensor, to be read.
    Frozen(&'a [f32]),
}

/// A place where a tensor is held.
pub trait Place<T>: Zero + Send + Sync + 'static {
    /// The tensor; nothing if it is a borrowed one that has not been loaded yet.
    fn get(&self) -> Option<&T>;
    /// The tensor, if it is owned, to be changed.
    fn get_mut(&mut self) -> Option<&mut T>;
    /// Copies the values of an owned tensor; remembers where those of a borrowed one lie.
    fn load(&mut self, from: &'static T);
}

impl<T: Tensor> Place<T> for T {
    #[inline(always)]
    fn get(&self) -> Option<&T> {
        Some(self)
    }
    #[inline(always)]
    fn get_mut(&mut self) -> Option<&mut T> {
        Some(self)
    }
    fn load(&mut self, from: &'static T) {
        self.flat_mut().copy_from_slice(from.flat());
    }
}

/// A tensor that lies elsewhere, for instance in flash.
#[derive(Debug)]
pub struct Borrowed<T: 'static>(Option<&'static T>);

impl<T: Sync> Zero for Borrowed<T> {
    const ZERO: Self = Self(None);
}

impl<T: Sync> Place<T> for Borrowed<T> {
    #[inline(always)]
    fn get(&self) -> Option<&T> {
        self.0
    }
    #[inline(always)]
    fn get_mut(&mut self) -> Option<&mut T> {
        None
    }
    fn load(&mut self, from: &'static T) {
        self.0 = Some(from);
    }
}

/// Memory that is there or not, as its type says.
pub trait Slot<T>: Zero + Send + Sync + 'static {
    /// The memory, if it is there.
    fn slot(&mut self) -> Option<&mut T>;
    /// The memory, if it is there, to be read.
    fn peek(&self) -> Option<&T>;
}

impl<T: Zero + Send + Sync + 'static> Slot<T> for There<T> {
    #[inline(always)]
    fn slot(&mut self) -> Option<&mut T> {
        Some(&mut self.0)
    }
    #[inline(always)]
    fn peek(&self) -> Option<&T> {
        Some(&self.0)
    }
}

impl<T> Slot<T> for () {
    #[inline(always)]
    fn slot(&mut self) -> Option<&mut T> {
        None
    }
    #[inline(always)]
    fn peek(&self) -> Option<&T> {
        None
    }
}

/// Memory that is there.
#[derive(Debug)]
pub struct There<T>(pub T);

impl<T: Zero> Zero for There<T> {
    const ZERO: Self = Self(T::ZERO);
}

/// Yes or no, as a type.
pub trait Flag: 'static {
    /// Yes or no, as a value.
    const SET: bool;
    /// Memory for a `T` if yes, none if no.
    type When<T: Zero + Send + Sync + 'static>: Slot<T>;
    /// Yes if this or the other is yes.
    type Or<Other: Flag>: Flag;
}

/// The flag that is set.
#[derive(Debug)]
pub struct Yes;

/// The flag that is not set.
#[derive(Debug)]
pub struct No;

impl Flag for Yes {
    const SET: bool = true;
    type When<T: Zero + Send + Sync + 'static> = There<T>;
    type Or<Other: Flag> = Yes;
}

impl Flag for No {
    const SET: bool = false;
    type When<T: Zero + Send + Sync + 'static> = ();
    type Or<Other: Flag> = Other;
}

/// How a layer's weights and biases are held.
pub trait Hold: 'static {
    /// Where a weight tensor lies.
    type Weight<T: Tensor>: Place<T>;
    /// Where a bias tensor lies.
    type Bias<T: Tensor>: Place<T>;
    /// Whether the weights are trained.
    type Weights: Flag;
    /// Whether the biases are trained; wherever the weights are, the biases are too.
    type Biases: Flag;
}

/// Weights and biases are owned and trained.
#[derive(Debug)]
pub struct Trained;

/// Weights and biases are borrowed and stay as they are.
#[derive(Debug)]
pub struct Frozen;

/// Biases are owned and trained, weights are borrowed.
#[derive(Debug)]
pub struct BiasOnly;

impl Hold for Trained {
    type Weight<T: Tensor> = T;
    type Bias<T: Tensor> = T;
    type Weights = Yes;
    type Biases = Yes;
}

impl Hold for Frozen {
    type Weight<T: Tensor> = Borrowed<T>;
    type Bias<T: Tensor> = Borrowed<T>;
    type Weights = No;
    type Biases = No;
}

impl Hold for BiasOnly {
    type Weight<T: Tensor> = Borrowed<T>;
    type Bias<T: Tensor> = T;
    type Weights = No;
    type Biases = Yes;
}

/// There are no weights and no biases.
#[derive(Debug)]
pub struct Without;

impl Hold for Without {
    type Weight<T: Tensor> = T;
    type Bias<T: Tensor> = T;
    type Weights = No;
    type Biases = No;
}
