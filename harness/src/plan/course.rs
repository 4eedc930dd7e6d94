//! Which of the memory is in use at each moment of a step.
//!
//! All of it is there from the start and stays: it is static, and so its peak is its size. What
//! changes is what holds something that is still needed. The workspace fills up on the way forward;
//! on the way back δ takes the place of each stage's output, until the lowest trained layer.

use super::{Memory, STACK, Stage};

/// What is in use at one moment, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Parameters in RAM, and addresses of those in flash.
    pub parameters: usize,
    /// The input.
    pub input: usize,
    /// Outputs of stages, and δ in their place.
    pub outputs: usize,
    /// What the way back has to know beside them.
    pub records: usize,
    /// One map of ∂J/∂x.
    pub plane: usize,
    /// The stack, as much as is set aside for it.
    pub stack: usize,
}

impl Use {
    /// What each figure is called, in a step or in a forward pass alone.
    pub fn names(trains: bool) -> [&'static str; 6] {
        let (parameters, outputs) =
            if trains { ("parameters", "outputs, then δ") } else { ("addresses", "outputs") };
        [parameters, "input", outputs, "record of pooling", "plane", "stack, at most"]
    }

    /// The figures in the order of their names.
    pub fn figures(&self) -> [usize; 6] {
        [self.parameters, self.input, self.outputs, self.records, self.plane, self.stack]
    }
}

/// One moment of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What happens: `forward C1 + P2`, …
    pub name: String,
    /// What is in use.
    pub bytes: Use,
}

/// All moments of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// In order.
    pub moments: Vec<Moment>,
    /// What is reserved all the time: statics, and the stack that is set aside.
    pub reserved: usize,
}

impl Course {
    pub(super) fn of(stages: &[Stage], memory: Memory) -> Self {
        // Whether the way back asks for what a stage took: to learn from it, or to turn it into δ.
        let asks = |stage: &Stage| stage.weights || stage.below;
        let kept = |of: usize| stages.get(of + 1).is_some_and(asks);
        let always = Use {
            parameters: memory.parameters + memory.addresses,
            stack: STACK,
            ..Use::default()
        };
        let input = |wanted: bool| if wanted { memory.input } else { 0 };
        let mut moments = Vec::new();
        for (now, stage) in stages.iter().enumerate() {
            let before = stages[..now].iter().enumerate();
            let before = before.filter(|&(of, _)| of + 1 == now || kept(of));
            let there: Vec<_> = before.map(|(_, stage)| stage).chain([stage]).collect();
            moments.push(Moment {
                name: format!("forward {}", stage.name()),
                bytes: Use {
                    input: input(now == 0 || stages.first().is_some_and(asks)),
                    outputs: there.iter().map(|stage| stage.room.z).sum(),
                    records: there.iter().map(|stage| stage.room.record).sum(),
                    ..always
                },
            });
        }
        for (now, stage) in stages.iter().enumerate().rev() {
            if !stage.is_on_the_way_back() {
                break;
            }
            let there = stages[..=now].iter().enumerate().filter(|&(of, _)| of == now || kept(of));
            let there: Vec<_> = there.map(|(_, stage)| stage).collect();
            moments.push(Moment {
                name: format!("back {}", stage.name()),
                bytes: Use {
                    input: input(stages.first().is_some_and(asks)),
                    outputs: there.iter().map(|stage| stage.room.z).sum(),
                    records: there.iter().map(|stage| stage.room.record).sum(),
                    plane: stage.room.plane,
                    ..always
                },
            });
        }
        Self { moments, reserved: memory.total() + STACK }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Plan, Training};
    use cpfo_nets::lenet;

    fn course(training: Training) -> Vec<(String, [usize; 5])> {
        let course = Plan::of::<lenet::Net>(training).unwrap().course();
        let figures = course.moments.into_iter().map(|moment| {
            assert!(moment.bytes.figures().iter().sum::<usize>() <= course.reserved);
            let [figures @ .., _] = moment.bytes.figures();
            (moment.name, figures)
        });
        figures.collect()
    }

    /// z: 3,456, 1,024, 336 and 40 bytes; winners: 288 and 64; the plane: one map of 12 x 12.
    #[test]
    fn the_workspace_fills_up_and_empties() {
        let all = course(Training::All);
        let [p, x] = [100_040, 3_136];
        let by_hand = [
            ("forward C1 + P2", [p, x, 3_456, 288, 0]),
            ("forward C3 + P4", [p, x, 4_480, 352, 0]),
            ("forward F5", [p, x, 4_816, 352, 0]),
            ("forward O6", [p, x, 4_856, 352, 0]),
            ("back O6", [p, x, 4_856, 352, 0]),
            ("back F5", [p, x, 4_816, 352, 0]),
            ("back C3 + P4", [p, x, 4_480, 352, 576]),
            ("back C1 + P2", [p, x, 3_456, 288, 0]),
        ];
        assert_eq!(all, by_hand.map(|(name, figures)| (name.to_owned(), figures)));
    }

    #[test]
    fn what_is_frozen_at_the_head_is_soon_forgotten() {
        let p = 850 * 4 + 6 * 4;
        let by_hand = [
            ("forward C1 + P2", [p, 3_136, 3_456, 0, 0]),
            ("forward C3 + P4", [p, 0, 4_480, 0, 0]),
            ("forward F5", [p, 0, 1_360, 0, 0]),
            ("forward O6", [p, 0, 376, 0, 0]),
            ("back O6", [p, 0, 376, 0, 0]),
        ];
        let found = course(Training::OutputOnly);
        assert_eq!(found, by_hand.map(|(name, figures)| (name.to_owned(), figures)));
    }

    #[test]
    fn without_training_there_is_no_way_back() {
        let names: Vec<_> = course(Training::Nothing).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["forward C1 + P2", "forward C3 + P4", "forward F5", "forward O6"]);
    }

    /// A bias learns from δ alone, but the δ below it takes the place of an output.
    #[test]
    fn biases_do_not_ask_for_the_input() {
        let biases = course(Training::BiasesOnly);
        assert_eq!(biases[1].1[1], 0);
        assert_eq!(biases.last().unwrap().0, "back C1 + P2");
        assert_eq!(biases.last().unwrap().1[2], 3_456);
    }
}
