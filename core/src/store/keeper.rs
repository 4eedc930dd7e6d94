//! Which of two slots a device uses.

use core::marker::PhantomData;

use embedded_storage::nor_flash::NorFlash;

use super::found::{Failed, Found, State, Unfit};
use super::header::{Header, Origin, Progress};
use super::layout::{Layout, STARTS, WELLS};
use super::save::Course;
use super::slot::{Area, Look, Slot, Which, is_newer, newer};
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
    /// Newer than everything that a slot says.
    pub(super) next: u32,
    /// The slot that the next save may erase.
    pub(super) target: Which,
    /// Whether it was said of the chosen slot that all is well.
    is_well: bool,
    /// Whether its confirmation was written to its end, for sure.
    pub(super) is_solid: bool,
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
            if chosen.is_well || self.note_start(which) {
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
    /// [`Failed::Flash`], [`Failed::Busy`].
    pub fn well(&mut self) -> Result<(), Failed> {
        self.is_idle()?;
        let chosen = self.chosen();
        if chosen.is_well && chosen.is_solid { Ok(()) } else { self.confirm() }
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
        let other = found.slot.ok_or(Failed::NoOther)?.other();
        let look = *other.of(&self.looks());
        let is_before = |header: &Header| is_newer(found.generation, header.generation);
        let header = look.header.filter(|_| state::<N>(&look) == State::Older).filter(is_before);
        self.area(other).check(&header.ok_or(Failed::NoOther)?).map_err(|_| Failed::NoOther)?;
        match self.area(other).prefer_to(found.generation) {
            Ok(true) => Ok(self.find()),
            Ok(false) => Err(Failed::Full),
            Err(_) => Err(Failed::Flash),
        }
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

    /// What both slots say of themselves.
    fn looks(&mut self) -> [Look; 2] {
        let mut looks = Which::BOTH.map(|which| self.area(which).look());
        for which in Which::BOTH {
            let generation = |which: Which| which.of(&looks).header.map(|header| header.generation);
            let (Some(own), Some(_)) = (generation(which), generation(which.other())) else {
                continue;
            };
            // It looks whole, and there is no saying what the erase has left.
            if self.area(which.other()).is_erasing(own) {
                which.of_mut(&mut looks).header = None;
            }
        }
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
        let order = self.order(&looks);
        let mut slot = None;
        // One that is not sealed may be gone tomorrow: it is better than none.
        for is_sealed in [true, false] {
            for which in order {
                let (look, state) = (which.of(&looks), which.of_mut(&mut states));
                let Some(header) = look.header.filter(|_| look.is_sealed == is_sealed) else {
                    continue;
                };
                let is_candidate = matches!(state, State::Older | State::Unsealed);
                if slot.is_some() || !is_candidate {
                    continue;
                }
                match self.area(which).check(&header) {
                    Ok(()) => {
                        *state = State::Used;
                        slot = Some((which, header));
                    }
                    Err(why) => *state = State::Refused(why),
                }
            }
        }
        let chosen = self.with(slot, states, &looks);
        self.choice = Some(chosen);
        chosen
    }

    /// Both slots, that which is to be preferred first.
    fn order(&mut self, looks: &[Look; 2]) -> [Which; 2] {
        let [first, second] = looks.map(|look| look.header);
        let newest = match (first, second) {
            (Some(first), Some(second)) if is_newer(first.generation, second.generation) => {
                Which::First
            }
            (Some(_), None) => Which::First,
            _ => Which::Second,
        };
        let is_rolled_back = newest
            .of(looks)
            .header
            .is_some_and(|header| self.area(newest.other()).is_preferred_to(header.generation));
        if is_rolled_back { [newest.other(), newest] } else { [newest, newest.other()] }
    }

    /// What follows from a choice.
    fn with(
        &mut self,
        slot: Option<(Which, Header)>,
        states: [State; 2],
        looks: &[Look; 2],
    ) -> Chosen {
        let mut states = states;
        // No number that a slot says may come again: not that of a save, nor one that a slot is
        // preferred to.
        let mut newest = None;
        for which in Which::BOTH {
            if let Some(header) = which.of(looks).header {
                let own = self.area(which).newest(header.generation);
                newest = Some(newest.map_or(own, |newest| newer(own, newest)));
            }
        }
        let next = newest.map_or(1, |newest: u32| newest.wrapping_add(1));
        let none = Chosen {
            found: Found {
                slot: None,
                states,
                generation: 0,
                origin: Origin::Factory,
                progress: Progress::default(),
            },
            next,
            target: self.order(looks)[1],
            is_well: true,
            is_solid: true,
        };
        let Some((which, header)) = slot else { return none };
        let other = which.other();
        let generation = |which: Which| which.of(looks).header.map(|header| header.generation);
        if *other.of(&states) == State::Older
            && generation(other).is_some_and(|other| is_newer(other, header.generation))
        {
            *other.of_mut(&mut states) = State::RolledBack;
        }
        let Header { generation, origin, progress, .. } = header;
        let look = which.of(looks);
        Chosen {
            found: Found { slot: Some(which), states, generation, origin, progress },
            target: other,
            is_well: look.is_well,
            is_solid: look.is_solid,
            ..none
        }
    }

    /// Sees to it that the chosen slot stays the chosen one whatever becomes of the other, before
    /// that is erased: a model that was passed over could come back without half of its marks.
    ///
    /// There is room for what a few cuts in the marks themselves leave. Beyond that a save is worth
    /// more than a mark: whether the flash takes anything at all it will say to the save.
    pub(super) fn settle(&mut self) {
        let chosen = self.chosen();
        let Some(which) = chosen.found.slot else { return };
        if !chosen.is_solid {
            let _ = self.confirm();
        }
        let Some(other) = self.area(which.other()).look().header else { return };
        let mut area = self.area(which);
        if !area.is_preferred_to(other.generation) {
            let _ = area.prefer_to(other.generation);
        }
        if !area.is_erasing(other.generation) {
            let _ = area.erases(other.generation);
        }
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
            is_solid: true,
        });
    }

    /// Notes a start in a slot; whether it can be told at the next one.
    fn note_start(&mut self, which: Which) -> bool {
        let starts = (0..STARTS).map(|n| Self::LAYOUT.start(n));
        self.area(which).mark_one(starts, 1).unwrap_or(false)
    }

    /// Confirms the chosen slot by a mark that is written to its end: what was read of it was no
    /// accident. A save erases the other slot, so it does that before.
    pub(super) fn confirm(&mut self) -> Result<(), Failed> {
        let chosen = self.chosen();
        let Some(which) = chosen.found.slot else { return Ok(()) };
        let wells = (0..WELLS).map(|n| Self::LAYOUT.well(n));
        // Where there is no room for another, one of them will have come to its end.
        self.area(which).mark_one(wells, 2)?;
        self.choice = Some(Chosen { is_well: true, is_solid: true, ..chosen });
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

/// What is in a slot by the look of it.
fn state<N: Net>(look: &Look) -> State {
    let lengths = [format::length::<N>(), format::scaled_length::<N>()];
    match look.header {
        None if look.is_blank => State::Empty,
        None => State::Torn,
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
