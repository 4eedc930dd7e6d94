//! The parameters of a net.

use core::fmt;

use super::Net;
use crate::chain::{Holding, Role};
use crate::choice::{All, Choice};
use crate::hold::Numbers;
use crate::pixel::Pixel;
use crate::rng::Rng;
use crate::shape::Zero;

/// The parameters of a net as they lie in memory: in [links](crate::chain::Link), layer by layer.
pub type Layers<N, C = All> = <<N as Net>::Chain as Holding>::Parameters<C>;

/// The weights and biases of a net, held as the choice `C` says: by default, all of them in RAM.
pub struct Parameters<N: Net, C: Choice = All>(pub(crate) Layers<N, C>);

impl<N: Net, C: Choice> Zero for Parameters<N, C> {
    const ZERO: Self = Self(Zero::ZERO);
}

impl<N: Net, C: Choice> Parameters<N, C> {
    /// Parameters of given numbers, as `cpfo export --rust` writes them for a static in flash.
    pub const fn of(layers: Layers<N, C>) -> Self {
        Self(layers)
    }

    /// The numbers, layer by layer.
    pub const fn layers(&self) -> &Layers<N, C> {
        &self.0
    }

    /// The numbers, layer by layer, to be changed.
    pub const fn layers_mut(&mut self) -> &mut Layers<N, C> {
        &mut self.0
    }

    /// Draws the initial weights of what trains, by He's rule before a ReLU, by Glorot's otherwise;
    /// trained biases become 0.
    pub fn initialize(&mut self, rng: &mut Rng) {
        N::Chain::initialize::<C>(&mut self.0, rng);
    }

    /// Takes over parameters that stay where they are, in flash: copies what trains, and remembers
    /// where the rest lies.
    ///
    /// Fine-tuning of the output layer takes RAM for that layer alone:
    ///
    /// ```
    /// use cpfo::choice::OutputOnly;
    /// use cpfo::format;
    /// use cpfo::net::Parameters;
    /// use cpfo::shape::Zero;
    /// use cpfo::train::{InPlace, Rates};
    ///
    /// # cpfo::net! { pub mod digits: 8 x 8 x 1 {
    /// #     C1 = Convolution(8, 3 x 3, Relu); P2 = Pooling(Max, 2 x 2);
    /// #     F3 = FullyConnected(32, Relu); O4 = Output(10, SoftmaxCrossEntropy); } }
    /// // `cpfo export --rust` writes a trained one. An immutable static lies in flash.
    /// static MODEL: digits::Parameters = digits::Parameters::ZERO;
    ///
    /// let mut parameters = Parameters::<digits::Net, OutputOnly>::ZERO;
    /// let mut trainer = InPlace::<digits::Net, OutputOnly>::ZERO;
    /// parameters.load(&MODEL);
    ///
    /// let image: digits::Image = [[[0.5]; 8]; 8];
    /// let before = trainer.step(&mut parameters, &image, 3, &Rates::new(0.05))?;
    /// let after = trainer.step(&mut parameters, &image, 3, &Rates::new(0.0))?;
    /// assert!(after < before);
    ///
    /// // What it has learnt is stored as a whole model, and read back the same way.
    /// let mut stored = Vec::new();
    /// format::emit::<_, _, core::fmt::Error>(&parameters, |piece| {
    ///     stored.extend_from_slice(piece);
    ///     Ok(())
    /// })?;
    /// let mut again = Parameters::<digits::Net, OutputOnly>::ZERO;
    /// again.load(&MODEL);
    /// format::parse(&stored, &mut again)?;
    /// assert_eq!(trainer.step(&mut again, &image, 3, &Rates::new(0.0))?, after);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(&mut self, from: &'static Parameters<N>) {
        N::Chain::load::<C, All>(&mut self.0, &from.0);
    }

    /// Whether every frozen layer has been [loaded](Self::load).
    pub fn are_loaded(&self) -> bool {
        N::Chain::is_loaded::<C>(&self.0)
    }

    /// Whether every parameter is a finite number. Frozen layers that have not been loaded are left
    /// out.
    pub fn are_finite(&self) -> bool {
        let mut finite = true;
        self.visit(|_, values| finite &= <f32 as Pixel>::are_finite(values));
        finite
    }

    /// λ/2 Σ W²: what weight decay adds to the loss. Biases do not decay.
    pub fn decay_term(&self, decay: f32) -> f32 {
        let mut sum = 0.0;
        self.visit(|role, values| {
            if role == Role::Weight {
                for w in values {
                    sum += w * w;
                }
            }
        });
        0.5 * decay * sum
    }

    /// The tensor at a place in the order of layers, weight before bias; nothing if it is empty or
    /// has not been loaded. A pooling layer at the head of a net has two places, both empty.
    pub fn tensor(&self, place: usize) -> Option<&[f32]> {
        N::Chain::tensor::<C>(&self.0, place)
    }

    /// The [tensor](Self::tensor) at a place, to be changed; nothing if it is not trained.
    pub fn tensor_mut(&mut self, place: usize) -> Option<&mut [f32]> {
        N::Chain::tensor_mut::<C>(&mut self.0, place)
    }

    /// Passes each tensor to `at` in order, layer by layer, weight before bias.
    pub fn visit(&self, mut at: impl FnMut(Role, &[f32])) {
        N::Chain::visit::<C>(&self.0, &mut at);
    }

    /// Passes each trained tensor to `at` in order, to be changed.
    pub fn visit_mut(&mut self, mut at: impl FnMut(Role, &mut [f32])) {
        N::Chain::visit_mut::<C>(&mut self.0, &mut at);
    }

    /// Passes each tensor to `at` in order: trained ones to be changed, frozen ones that are loaded
    /// to be read.
    pub(crate) fn visit_held(&mut self, mut at: impl FnMut(Numbers<'_>)) {
        N::Chain::visit_held::<C>(&mut self.0, &mut at);
    }
}

impl<N: Net, C: Choice> Clone for Parameters<N, C>
where
    Layers<N, C>: Clone,
{
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<N: Net, C: Choice> Copy for Parameters<N, C> where Layers<N, C>: Copy {}

impl<N: Net, C: Choice> PartialEq for Parameters<N, C>
where
    Layers<N, C>: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<N: Net, C: Choice> fmt::Debug for Parameters<N, C>
where
    Layers<N, C>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Parameters").field(&self.0).finish()
    }
}
