use std::path::Path;

use anyhow::{Context as _, ensure};
use cpfo::net::{Net, Parameters};
use cpfo::shape::Zero;
use cpfo::train::Velocity;

use super::Progress;
use crate::base::{file, label};
use crate::model::sealed::{self, Sealed};
use crate::model::snapshot::{self, Snapshot};
use crate::model::{self, Metadata, Tensor};

/// All there is to a run, between two mini-batches.
pub struct Checkpoint<N: Net> {
    pub(super) parameters: Box<Parameters<N>>,
    pub(super) velocity: Box<Velocity<N>>,
    pub(super) progress: Progress,
    /// The parameters at the end of the last good epoch.
    pub(super) good: Option<Snapshot>,
    /// The parameters at the end of the epoch that the validation part judges best.
    pub(super) best: Option<Snapshot>,
}

impl<N: Net> Default for Checkpoint<N> {
    fn default() -> Self {
        Self {
            parameters: Box::new(N::ZERO),
            velocity: Box::new(Zero::ZERO),
            progress: Progress::default(),
            good: None,
            best: None,
        }
    }
}

impl<N: Net> Checkpoint<N> {
    /// How far the run has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Writes it, with what else is to be known when it is read.
    pub(super) fn save(&mut self, path: &Path, about: &Metadata) -> anyhow::Result<()> {
        let row = |numbers: Snapshot| Tensor::new(vec![numbers.len()], &numbers);
        let mut tensors = vec![
            ("parameters".to_owned(), row(snapshot::take::<N>(&self.parameters))),
            ("velocity".to_owned(), row(snapshot::take_velocity::<N>(&mut self.velocity))),
        ];
        tensors.extend(self.good.clone().map(|good| ("good".to_owned(), row(good))));
        tensors.extend(self.best.clone().map(|best| ("best".to_owned(), row(best))));
        let mut about = about.clone();
        about.insert("progress".into(), serde_json::to_string(&self.progress)?);
        let back = |bytes: &[u8]| Self::of(&sealed::parse(bytes)?).map(drop);
        model::write_tensors::<N>(path, &tensors.into_iter().collect(), &about, back)
    }

    /// Reads what `save` wrote for the same net.
    pub fn load(path: &Path) -> anyhow::Result<(Self, Metadata)> {
        let bytes = file::read(path, file::MODEL_LIMIT).with_context(|| {
            format!(
                "there is no run to go on with: cannot read {}; a run leaves one there after a few \
                 seconds, and --out names its folder",
                label::path(&path)
            )
        })?;
        let read = || {
            let file = sealed::parse(&bytes)?;
            let state = Self::of(&file)?;
            file.warn(path);
            anyhow::Ok((state, file.about))
        };
        read().with_context(|| {
            format!("{} is not a checkpoint of the net `{}`", label::path(&path), N::NAME)
        })
    }

    fn of(Sealed { tensors, about, .. }: &Sealed<'_>) -> anyhow::Result<Self> {
        let (theirs, ours) = (about.get("layers"), model::signature::<N>());
        ensure!(
            theirs == Some(&ours),
            "its layers are {}\nthe net's are {ours}",
            label::escaped(theirs.map_or("unknown", String::as_str))
        );
        let progress = about.get("progress").context("it does not say how far the run has come")?;
        let progress = serde_json::from_str(progress).context("its progress is broken")?;
        let row = |name| model::numbers(tensors, name, &[N::PARAMETERS]);

        let mut state = Self { progress, ..Self::default() };
        snapshot::put::<N>(&row("parameters")?, &mut state.parameters);
        snapshot::put_velocity::<N>(&row("velocity")?, &mut state.velocity);
        let kept = |name| tensors.names().into_iter().any(|other| other == name).then(|| row(name));
        state.good = kept("good").transpose()?;
        state.best = kept("best").transpose()?;
        Ok(state)
    }
}
