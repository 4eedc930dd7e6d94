//! Old samples that are kept, so that a net which learns new ones does not forget.
//!
//! [`Replay`] is a reservoir of fixed size, balanced by class: however unevenly the classes come,
//! and however many samples, each class gets an equal share of the places, as far as it has samples
//! to fill it, and within a class each sample that was offered has the same chance of being kept.
//!
//! Source: A. Chrysakis and M.-F. Moens, "Online Continual Learning from Imbalanced Data", 2020,
//! algorithm 1 (class-balancing reservoir sampling). A class is *full* there once it has been one
//! of the largest in a full reservoir; since such a class then loses samples or has them turned
//! away, that is the same as to say that more of its samples were seen than are held, or that it is
//! one of the largest now.
//!
//! The samples are kept as images, in the net's pixels. A net whose first layers stay frozen can
//! keep less than an image: declare the layers that train as a separate net, with the maps of the
//! deepest frozen layer as input and [`Bytes`](crate::pixel::Bytes) as pixels, and keep those. For
//! images of 28 × 28 × 1, the maps of 4 × 4 × 16 after two convolutions take 256 bytes instead of
//! 784.
//!
//! # In flash
//!
//! Its samples are *records* of one size, in *pages* as large as the flash erases at once.
//! [`changed`](Replay::changed) tells which pages have new samples, so one new sample costs one
//! page.
//!
//! | bytes | a record |
//! |---|---|
//! | 2 | the label, little-endian; `ff ff` where there is no sample, as in erased flash |
//! | 4 | how many samples of its class had been seen, little-endian |
//! | the image's | its pixels, as on a [line](Pixel::FULL) |
//!
//! A page holds as many records as fit, and no checksum: that is for the store to add.

use crate::net::{Image, Net};
use crate::pixel::Pixel;
use crate::rng::Rng;
use crate::shape::{Tensor as _, Zero};

/// Why a sample or a page was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fault {
    /// The label is not one of the classes.
    Label,
    /// The image holds a NaN or an infinite number.
    Image,
    /// There is no such page: its number is too high, or it is too small for one sample.
    Page,
    /// There are fewer bytes than the records of the page take.
    Length,
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Fault::Label => "the label is not one of the classes",
            Fault::Image => "the image holds a NaN or an infinite number",
            Fault::Page => "there is no such page of samples",
            Fault::Length => "the page has fewer bytes than its samples take",
        })
    }
}

impl core::error::Error for Fault {}

/// `ROOM` samples of a net with `CLASSES` classes, as pixels `X`.
///
/// ```
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
/// use cpfo::{pixel::Bytes, replay::Replay, rng::Rng, shape::Zero};
///
/// // On a chip it lies in a static: 50 images of 64 bytes, and 7 bytes beside each.
/// let mut replay = Replay::<digits::Net, Bytes<16>, 50, 10>::ZERO;
/// let mut rng = Rng::new(1);
/// for sample in 0..1000 {
///     // Nine of ten are zeros.
///     let label = if sample % 10 == 0 { sample / 10 % 10 } else { 0 };
///     replay.offer(&[[[sample as u8]; 8]; 8], label, &mut rng)?;
/// }
/// assert!((0..10).all(|class| replay.held(class) == 5));
/// # Ok::<(), cpfo::replay::Fault>(())
/// ```
pub struct Replay<N: Net, X: Pixel, const ROOM: usize, const CLASSES: usize> {
    images: [Image<N, X>; ROOM],
    /// The label plus 1; 0 where there is no sample, so that an empty reservoir takes no flash.
    tags: [u16; ROOM],
    /// Whether a sample is newer than its page in flash.
    changed: [bool; ROOM],
    /// How many samples of each class were offered.
    seen: [u32; CLASSES],
}

impl<N: Net, X: Pixel, const ROOM: usize, const CLASSES: usize> Zero
    for Replay<N, X, ROOM, CLASSES>
{
    const ZERO: Self = {
        assert!(CLASSES == N::CLASSES, "a reservoir has as many classes as its net");
        assert!(CLASSES < EMPTY as usize, "a label has 16 bits");
        Self { images: Zero::ZERO, tags: [0; ROOM], changed: [false; ROOM], seen: [0; CLASSES] }
    };
}

/// The label of a record without a sample.
const EMPTY: u16 = 0xffff;
/// The bytes of a record before the image: the label, and how many were seen.
const HEAD: usize = 6;

impl<N: Net, X: Pixel, const ROOM: usize, const CLASSES: usize> Replay<N, X, ROOM, CLASSES> {
    /// The bytes of a record.
    pub const RECORD: usize = HEAD + N::PIXELS * size_of::<X::Stored>();

    /// How many samples are held.
    pub fn len(&self) -> usize {
        self.tags.iter().filter(|&&tag| tag != 0).count()
    }

    /// Whether no sample is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many samples of a class are held.
    pub fn held(&self, class: usize) -> usize {
        self.labels().filter(|&label| label == Some(class)).count()
    }

    /// How many samples of a class were offered, at most 2³² − 1.
    pub fn seen(&self, class: usize) -> u32 {
        self.seen.get(class).copied().unwrap_or(0)
    }

    /// The sample at a place below `ROOM`, with its label, if there is one.
    pub fn get(&self, place: usize) -> Option<(&Image<N, X>, usize)> {
        let label = self.tags.get(place).copied().and_then(label)?;
        self.images.get(place).map(|image| (image, label))
    }

    /// The labels, place by place.
    pub fn labels(&self) -> impl Iterator<Item = Option<usize>> + Clone {
        self.tags.iter().map(|&tag| label(tag))
    }

    /// Offers a sample. Returns the place at which it is kept, or nothing if it was turned away by
    /// chance.
    ///
    /// # Errors
    /// [`Fault::Label`], [`Fault::Image`].
    pub fn offer(
        &mut self,
        image: &Image<N, X>,
        label: usize,
        rng: &mut Rng,
    ) -> Result<Option<usize>, Fault> {
        let seen = self.seen.get_mut(label).ok_or(Fault::Label)?;
        if !X::are_finite(image.flat()) {
            return Err(Fault::Image);
        }
        let before = *seen;
        *seen = before.saturating_add(1);
        let seen = *seen;
        let Some(place) = self.place(label, [before, seen], rng) else { return Ok(None) };
        self.put(place, image, label);
        Ok(Some(place))
    }

    /// Where a sample goes, of whose class `before` were seen before it, and `seen` with it.
    fn place(&self, label: usize, [before, seen]: [u32; 2], rng: &mut Rng) -> Option<usize> {
        if let Some(free) = self.tags.iter().position(|&tag| tag == 0) {
            return Some(free);
        }
        let mut counts = [0_u32; CLASSES];
        for label in self.labels().flatten() {
            if let Some(count) = counts.get_mut(label) {
                *count += 1;
            }
        }
        let count = |label: usize| counts.get(label).copied().unwrap_or(0);
        let (held, largest) = (count(label), counts.iter().copied().max().unwrap_or(0));
        let is_full = before > held || held == largest;
        // A full class keeps each of its samples with the same chance (Vitter's algorithm R).
        if is_full && rng.below(seen) >= held {
            return None;
        }
        let yields = |of: usize| if is_full { of == label } else { count(of) == largest };
        let all = self.labels().flatten().filter(|&of| yields(of)).count();
        let nth = rng.below(all as u32) as usize;
        let mut places = (0..).zip(self.labels());
        places.by_ref().filter(|&(_, of)| of.is_some_and(yields)).nth(nth).map(|(place, _)| place)
    }

    fn put(&mut self, place: usize, image: &Image<N, X>, label: usize) {
        if let Some(to) = self.images.get_mut(place) {
            to.flat_mut().copy_from_slice(image.flat());
        }
        if let Some(tag) = self.tags.get_mut(place) {
            *tag = label as u16 + 1;
        }
        if let Some(changed) = self.changed.get_mut(place) {
            *changed = true;
        }
    }

    /// How many pages of `bytes` the samples take; 0 if a page is too small for one.
    pub const fn pages(bytes: usize) -> usize {
        match bytes / Self::RECORD {
            0 => 0,
            each => ROOM.div_ceil(each),
        }
    }

    /// The first page, of `bytes`, that has not been [written](Self::written) as it is now.
    pub fn changed(&self, bytes: usize) -> Option<usize> {
        let place = self.changed.iter().position(|&changed| changed)?;
        place.checked_div(bytes / Self::RECORD)
    }

    /// Passes the records of a page of `bytes` to `at`, piece by piece; nothing if there is no such
    /// page. The rest of the page after its records is left out.
    ///
    /// # Errors
    /// The first error that `at` returns.
    pub fn emit<E>(
        &self,
        bytes: usize,
        page: usize,
        mut at: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (first, each) = Self::records(bytes, page).unwrap_or((ROOM, 0));
        for (image, &tag) in self.images.iter().zip(&self.tags).skip(first).take(each) {
            let (word, seen) = match label(tag) {
                Some(label) => (label as u16, self.seen(label)),
                None => (EMPTY, u32::MAX),
            };
            at(&word.to_le_bytes())?;
            at(&seen.to_le_bytes())?;
            X::give(image.flat(), &mut at)?;
        }
        Ok(())
    }

    /// Marks a page of `bytes` as written as it is now.
    pub fn written(&mut self, bytes: usize, page: usize) {
        let (first, each) = Self::records(bytes, page).unwrap_or((ROOM, 0));
        self.changed.iter_mut().skip(first).take(each).for_each(|changed| *changed = false);
    }

    /// Reads a page of `bytes`, as [`emit`](Self::emit) passed it; more bytes may follow. The
    /// places of a page that has been lost are left to new samples.
    ///
    /// A page refused for a label or an image leaves its places empty, too; one refused for its
    /// number or its length leaves them as they were. The number of samples seen of a class
    /// is the largest in any record, so samples that were turned away after the last one was kept
    /// are not counted.
    ///
    /// # Errors
    /// [`Fault::Page`], [`Fault::Length`], [`Fault::Label`], [`Fault::Image`].
    pub fn take(&mut self, bytes: usize, page: usize, from: &[u8]) -> Result<(), Fault> {
        let (first, each) = Self::records(bytes, page).ok_or(Fault::Page)?;
        let here = ROOM.saturating_sub(first).min(each);
        if from.chunks_exact(Self::RECORD).take(here).count() != here {
            return Err(Fault::Length);
        }
        // The page's places are the only memory in which its images can be checked.
        let mut records = from.chunks_exact(Self::RECORD);
        let places = self.images.iter_mut().zip(&mut self.tags).skip(first).take(each);
        let mut fault = None;
        for (image, tag) in places {
            *tag = 0;
            let Some(record) = records.next().and_then(|record| record.split_first_chunk()) else {
                continue;
            };
            let (&[low, high], pixels) = record;
            let Some((_, pixels)) = pixels.split_first_chunk::<4>() else { continue };
            let label = u16::from_le_bytes([low, high]);
            let is_good = X::take(pixels, image.flat_mut()) && X::are_finite(image.flat());
            if label == EMPTY {
                continue;
            }
            if usize::from(label) >= CLASSES {
                fault = Some(Fault::Label);
            } else if !is_good {
                fault = Some(Fault::Image);
            }
            *tag = label.wrapping_add(1);
        }
        if let Some(fault) = fault {
            self.tags.iter_mut().skip(first).take(each).for_each(|tag| *tag = 0);
            return Err(fault);
        }
        self.count(from, first, each);
        self.written(bytes, page);
        Ok(())
    }

    /// Reads from the records of a page how many samples were seen.
    fn count(&mut self, from: &[u8], first: usize, each: usize) {
        let tags = self.tags.iter().skip(first).take(each);
        for (&tag, record) in tags.zip(from.chunks_exact(Self::RECORD)) {
            let told = record.get(2..HEAD).and_then(|seen| seen.first_chunk());
            let class = label(tag).and_then(|label| self.seen.get_mut(label));
            if let (Some(&told), Some(seen)) = (told, class) {
                *seen = u32::from_le_bytes(told).max(*seen);
            }
        }
    }

    /// The first place of a page, and how many a page has.
    fn records(bytes: usize, page: usize) -> Option<(usize, usize)> {
        let each = bytes / Self::RECORD;
        (page < Self::pages(bytes)).then_some((page.saturating_mul(each), each))
    }
}

/// The label of a tag.
fn label(tag: u16) -> Option<usize> {
    tag.checked_sub(1).map(usize::from)
}
