//! Which of two slots a device uses.

use core::marker::PhantomData;

use embedded_storage::nor_flash::NorFlash;

use super::found::{Failed, Found, State, Unfit};
use super::header::{Header, Origin, Progress};
use super::layout::{Layout, SPARE};
use super::save::Course;
use super::slot::{Area, Look, Slot, Which, is_newer, newer};
use super::words::Sure;
use crate::choice::Choice;
use crate::format::{self, Fault, Reader};
use crate::net::{Net, Parameters};
use crate::scale::Scale;
use crate::shape::Zero as _;

/// Two slots of a flash, for models of one net.
pub struct Store<N, F> {
    pub(super) flash: F,
    pub(super) slots: [Slot; 2],
    /// The slot that it uses, once it has looked for one.
    pub(super) choice: Option<Chosen>,
    /// The save that is under way.
    pub(super) course: Option<Course>,
    net: PhantomData<fn() -> N>,
}

/// The slot that a store uses, and what follows for the next save.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) found: Found,
    /// The generation of the next save.
    pub(super) next: u32,
    /// The slot that the next save may erase.
    pub(super) target: Which,
    /// Whether it was said of the chosen slot that all is well.
    is_well: bool,
}

impl<N: Net, F: NorFlash> Store<N, F> {
    pub(super) const LAYOUT: Layout = Layout::of::<F>();

    /// A store in two slots of a flash. Nothing is read or written.
    ///
    /// # Errors
    /// See [`Unfit`].
    pub fn new(flash: F, slots: [Slot; 2]) -> Result<Self, Unfit> {
        let needed = Self::LAYOUT.all(format::scaled_length::<N>()) as u64;
        for Slot { from, to, .. } in slots {
            let is_whole = |place: u32| (place as usize).checked_rem(F::ERASE_SIZE) == Some(0);
            if !is_whole(from) || !is_whole(to) {
                return Err(Unfit::Sector);
            }
            if to as usize > flash.capacity() {
                return Err(Unfit::End);
            }
            if u64::from(to.saturating_sub(from)) < needed {
                return Err(Unfit::Small);
            }
        }
        let [one, other] = &slots;
        if one.from < other.to && other.from < one.to {
            return Err(Unfit::Common);
        }
        Ok(Self { flash, slots, choice: None, course: None, net: PhantomData })
    }

    /// The flash, for programs that keep more in it than the two slots.
    pub fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }

    pub(super) fn area(&mut self, which: Which) -> Area<'_, F> {
        Area { flash: &mut self.flash, from: which.of(&self.slots).from }
    }

    /// The flash, given back.
    pub fn into_flash(self) -> F {
        self.flash
    }

    /// Looks for the newest whole model. It only reads, at most both slots.
    pub fn find(&mut self) -> Found {
        self.choose([None; 2]).found
    }

    /// Looks for the newest whole model and notes in its slot that it is about to be started. A
    /// model that was started twice without [`well`](Self::well) is skipped, so no model keeps a
    /// device from starting.
    pub fn start(&mut self) -> Found {
        let mut chosen = self.choose([None; 2]);
        // A slot in which a start cannot be noted might be started for ever.
        let mut refused = [None; 2];
        while let Some(which) = chosen.found.slot {
            if chosen.is_well || self.area(which).note_start() {
                break;
            }
            *which.of_mut(&mut refused) = Some(State::Failed);
            chosen = self.choose(refused);
        }
        chosen.found
    }

    /// Confirms that the model which was started runs well.
    ///
    /// # Errors
    /// [`Failed::Full`], [`Failed::Flash`], [`Failed::Busy`].
    pub fn well(&mut self) -> Result<(), Failed> {
        self.is_idle()?;
        self.confirm()
    }

    /// Loads the model that was found or started into the parameters, looking for it first if need
    /// be. If there is none, it loads `factory`, a model in the device format, which a firmware is
    /// built with.
    ///
    /// # Errors
    /// If there is none in the store, and `factory` is refused: see [`Fault`].
    pub fn load<C: Choice>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        factory: &[u8],
    ) -> Result<Found, Fault> {
        let mut passed_over = Scale::ZERO;
        self.load_scaled(parameters, &mut passed_over, factory)
    }

    /// As [`load`](Self::load), and loads the scale into `scale`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_scaled<C: Choice>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        scale: &mut Scale<N>,
        factory: &[u8],
    ) -> Result<Found, Fault> {
        if !parameters.are_loaded() {
            return Err(Fault::NotLoaded);
        }
        let mut refused = [None; 2];
        let mut chosen = self.chosen();
        while let Some(which) = chosen.found.slot {
            match self.read(which, parameters, scale) {
                Ok(()) => return Ok(chosen.found),
                Err(why) => {
                    *which.of_mut(&mut refused) = Some(State::Refused(why));
                    chosen = self.choose(refused);
                }
            }
        }
        *scale = format::scale(factory)?;
        format::parse(factory, parameters)?;
        Ok(chosen.found)
    }

    /// Goes back to the model before the last, which stays in its slot until the next save;
    /// [`load`](Self::load) then loads it. This holds after a restart, too.
    ///
    /// # Errors
    /// [`Failed::NoOther`], [`Failed::Full`], [`Failed::Flash`], [`Failed::Busy`].
    pub fn rollback(&mut self) -> Result<Found, Failed> {
        self.is_idle()?;
        let found = self.chosen().found;
        let which = found.slot.ok_or(Failed::NoOther)?;
        let other = which.other();
        let look = *other.of(&self.looks());
        let is_before = |header: &Header| is_newer(found.generation, header.generation);
        let header = look.header.filter(|_| state::<N>(&look) == State::Older).filter(is_before);
        self.area(other).check(&header.ok_or(Failed::NoOther)?).map_err(|_| Failed::NoOther)?;
        if self.area(other).room() < SPARE {
            return Err(Failed::Full);
        }
        self.area(which).say(found.generation)?;
        Ok(self.find())
    }

    pub(super) fn is_idle(&self) -> Result<(), Failed> {
        if self.course.is_none() { Ok(()) } else { Err(Failed::Busy) }
    }

    /// The slot that the store uses: the one it has found, or else finds now.
    pub(super) fn chosen(&mut self) -> Chosen {
        match self.choice {
            Some(chosen) => chosen,
            None => self.choose([None; 2]),
        }
    }

    /// What both slots say of themselves and of each other.
    #[inline(never)]
    fn looks(&mut self) -> [Look; 2] {
        let mut looks = [Look::default(); 2];
        for which in Which::BOTH {
            *which.of_mut(&mut looks) = self.area(which).look();
        }
        let [Some(first), Some(second)] =
            looks.each_ref().map(|look| Some(look.header.as_ref()?.generation))
        else {
            return looks;
        };
        let is_first = is_newer(first, second);
        let generation = if is_first { first } else { second };
        let [one, other] = &mut looks;
        let (old, new) = if is_first { (other, one) } else { (one, other) };
        // What is said by the older one has been said before the newer one was in use, or since it
        // is no longer; and then the number is higher by two.
        new.is_void = old.words.claim().is_some_and(|claim| {
            is_newer(claim, generation)
                && !(claim == generation.wrapping_add(1) && new.words.are_of_use())
        });
        // That was only said once the seal was seen.
        new.is_sealed |= old.words.left > Sure::No;
        old.is_void = !new.is_void && new.words.claim().is_some();
        looks
    }

    /// Looks at both slots, but for those that are refused already.
    #[inline(never)]
    fn choose(&mut self, refused: [Option<State>; 2]) -> Chosen {
        let looks = self.looks();
        let mut states = [State::Empty; 2];
        for which in Which::BOTH {
            *which.of_mut(&mut states) = which.of(&refused).unwrap_or(state::<N>(which.of(&looks)));
        }
        let order = order(&looks);
        let mut slot = None;
        for which in order {
            let look = which.of(&looks);
            let Some(header) = look.counted() else { continue };
            // What was gone back from does not come back because the other fails: that may change.
            let is_left =
                has_left(&looks, which) && !matches!(which.other().of(&states), State::Refused(_));
            let state = which.of_mut(&mut states);
            if slot.is_some() || is_left || *state != State::Older {
                continue;
            }
            match self.area(which).check(header) {
                Ok(()) => {
                    *state = State::Used;
                    slot = Some((which, *header));
                }
                Err(why) => *state = State::Refused(why),
            }
        }
        let chosen = self.with(slot, states, &looks);
        self.choice = Some(chosen);
        chosen
    }

    /// What follows from a choice.
    fn with(
        &mut self,
        slot: Option<(Which, Header)>,
        states: [State; 2],
        looks: &[Look; 2],
    ) -> Chosen {
        let mut states = states;
        let target = slot.map_or(order(looks)[1], |(which, _)| which.other());
        let none = Chosen {
            found: Found {
                slot: None,
                states,
                generation: 0,
                origin: Origin::Factory,
                progress: Progress::default(),
            },
            next: next(looks, target),
            target,
            is_well: true,
        };
        let Some((which, header)) = slot else { return none };
        let other = target.of(looks).header;
        if *target.of(&states) == State::Older
            && other.is_some_and(|other| is_newer(other.generation, header.generation))
        {
            *target.of_mut(&mut states) = State::RolledBack;
        }
        let Header { generation, origin, progress, .. } = header;
        Chosen {
            found: Found { slot: Some(which), states, generation, origin, progress },
            is_well: which.of(looks).words.well > Sure::No,
            ..none
        }
    }

    /// Sees to it that the slot that stays wins over the other whatever becomes of that one, before
    /// it is erased to be given this generation.
    #[inline(never)]
    pub(super) fn settle(&mut self, generation: u32) -> Result<(), Failed> {
        let target = self.chosen().target;
        let looks = self.looks();
        let (own, other) = (target.other().of(&looks), target.of(&looks));
        let Some(header) = own.counted() else {
            // With nothing to hold on to, what may count tomorrow cannot be erased.
            return if other.header.is_some() { Err(Failed::Full) } else { Ok(()) };
        };
        let is_low = self.area(target.other()).room() < SPARE;
        if let Some(newer) = newer_other(own, other, header.generation) {
            let is_beyond = |of: u32| own.words.newest().is_some_and(|newest| is_newer(newest, of));
            // The word below is only begun once this one is there to stay.
            let has_left = other.words.left == Sure::Solid || is_beyond(newer.wrapping_add(1));
            // Where room is low, a word of which it is not sure may have been gone by.
            if is_low && !has_left && (!other.is_sealed || is_beyond(newer)) {
                return Err(Failed::Full);
            }
            if other.is_sealed && !has_left {
                self.area(target).say(newer)?;
            }
        }
        self.take_over(target.other(), &looks)?;
        // Behind the last word there may be another whose writing was cut, and which is not seen.
        // Where room is low there is none.
        if is_low && own.words.claim_for_sure(generation) {
            return Ok(());
        }
        self.area(target.other()).say(generation)
    }

    /// Says in the slot before that this one is in use, before anything is said in this one.
    fn take_over(&mut self, which: Which, looks: &[Look; 2]) -> Result<(), Failed> {
        let (own, before) = (which.of(looks), which.other().of(looks));
        let (Some(header), Some(header_before)) = (own.counted(), before.counted()) else {
            return Ok(());
        };
        if own.words.are_of_use()
            || is_newer(header_before.generation, header.generation)
            || before.words.left == Sure::Solid
            || self.area(which.other()).is_closed()
        {
            return Ok(());
        }
        self.area(which.other()).say(header_before.generation)
    }

    /// What follows from a save that has come to its end.
    pub(super) fn saved(&mut self, which: Which, header: &Header) {
        let Header { generation, origin, progress, .. } = *header;
        let mut states = [State::Used; 2];
        // Whatever was seen of the one before: it was not touched.
        let before = self.chosen().found;
        *which.other().of_mut(&mut states) = match which.other().of(&before.states) {
            State::Used => State::Older,
            other => *other,
        };
        self.choice = Some(Chosen {
            found: Found { slot: Some(which), states, generation, origin, progress },
            next: generation.wrapping_add(1),
            target: which.other(),
            is_well: false,
        });
    }

    /// Says that the model of the chosen slot runs well, once and for all.
    #[inline(never)]
    pub(super) fn confirm(&mut self) -> Result<(), Failed> {
        let chosen = self.chosen();
        let Some(which) = chosen.found.slot else { return Ok(()) };
        let looks = self.looks();
        if which.of(&looks).words.well < Sure::Solid {
            self.take_over(which, &looks)?;
            self.area(which).say(chosen.found.generation.wrapping_sub(1))?;
        }
        self.choice = Some(Chosen { is_well: true, ..chosen });
        Ok(())
    }

    /// Reads a model out of its slot, piece by piece.
    fn read<C: Choice>(
        &mut self,
        which: Which,
        parameters: &mut Parameters<N, C>,
        scale: &mut Scale<N>,
    ) -> Result<(), Fault> {
        let mut area = self.area(which);
        let header = area.look().header.ok_or(Fault::Checksum)?;
        let length = header.length as usize;
        let mut reader = Reader::<N, C>::default();
        area.pieces(length, |piece| reader.take_scaled(piece, parameters, scale))?;
        if reader.is_whole() { Ok(()) } else { Err(Fault::Length) }
    }
}

/// Both slots, that which is to be preferred first.
fn order(looks: &[Look; 2]) -> [Which; 2] {
    let [first, second] = looks.each_ref().map(Look::counted);
    let newest = match (first, second) {
        (Some(first), Some(second)) if is_newer(first.generation, second.generation) => {
            Which::First
        }
        (Some(_), None) => Which::First,
        _ => Which::Second,
    };
    match (first, second) {
        // No model counts. One with a commit word may do so tomorrow: it is left alone.
        (None, None) if looks[0].header.is_some() => [Which::First, Which::Second],
        _ if has_left(looks, newest) => [newest.other(), newest],
        _ => [newest, newest.other()],
    }
}

/// Whether a slot, the newer one of two that count, is no longer in use.
fn has_left(looks: &[Look; 2], which: Which) -> bool {
    let (own, other) = (which.of(looks), which.other().of(looks));
    let [Some(header), Some(other)] = [own, other].map(Look::counted) else { return false };
    own.words.left > Sure::No && is_newer(header.generation, other.generation)
}

/// The generation of the next save, into this slot.
fn next(looks: &[Look; 2], target: Which) -> u32 {
    let (own, other) = (target.other().of(looks), target.of(looks));
    let Some(header) = own.counted() else {
        let generations = looks.iter().filter_map(|look| Some(look.header?.generation));
        return generations.reduce(newer).map_or(1, |newest| newest.wrapping_add(1));
    };
    match newer_other(own, other, header.generation) {
        // What it may have said of this slot has the number between.
        Some(newer) if other.is_sealed => newer.wrapping_add(2),
        Some(newer) => newer.wrapping_add(1),
        None => match (own.words.claim(), own.words.newest()) {
            (Some(claim), _) => claim,
            (None, Some(newest)) => newest.wrapping_add(2),
            (None, None) => header.generation.wrapping_add(1),
        },
    }
}

/// The generation of the other slot if it is newer than this one, and all of it is there.
fn newer_other(own: &Look, other: &Look, generation: u32) -> Option<u32> {
    let other = other.header?.generation;
    (is_newer(other, generation) && !own.words.erase(other)).then_some(other)
}

/// What is in a slot by the look of it.
fn state<N: Net>(look: &Look) -> State {
    let lengths = [format::length::<N>(), format::scaled_length::<N>()];
    match look.header {
        None if look.is_blank => State::Empty,
        None => State::Torn,
        Some(_) if look.is_void => State::Torn,
        Some(header) if header.fingerprint != const { format::fingerprint::<N>() } => {
            State::Refused(Fault::OtherNet)
        }
        Some(header) if !lengths.contains(&(header.length as usize)) => {
            State::Refused(Fault::Length)
        }
        Some(_) if look.has_failed() => State::Failed,
        Some(_) if !look.is_sealed => State::Unsealed,
        Some(_) => State::Older,
    }
}
