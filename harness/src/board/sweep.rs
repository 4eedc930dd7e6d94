//! What a multiplication costs in nets of many shapes: the lines of the firmware's program `sweep`, as
//! it prints them, and as they are committed in `targets/programs/sweep.out`.

/// What a pass takes, and what it has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Instructions that it takes.
    pub instructions: u64,
    /// Multiplications that it has to do.
    pub macs: u64,
}

impl Cost {
    /// Instructions a multiplication.
    pub fn a_mac(self) -> f64 {
        self.instructions as f64 / self.macs as f64
    }
}

/// A pass through a net of one shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// What it is compared with: nets that differ from it in one number.
    pub kind: &'a str,
    /// The net's name.
    pub net: &'a str,
    /// `forward` or `step`.
    pub pass: &'static str,
    /// What it takes.
    pub cost: Cost,
    /// How much more that is for a multiplication than in the best net of the kind.
    pub times_best: f64,
}

/// Every row in what was said.
pub fn rows(said: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<_> = said.lines().filter_map(read).flatten().collect();
    let costs: Vec<_> = rows.iter().map(|row| (row.kind, row.pass, row.cost.a_mac())).collect();
    for row in &mut rows {
        let kin = costs.iter().filter(|(kind, pass, _)| (*kind, *pass) == (row.kind, row.pass));
        let best = kin.map(|(.., a_mac)| *a_mac).fold(f64::INFINITY, f64::min);
        row.times_best = row.cost.a_mac() / best;
    }
    rows
}

/// A line such as `max k5: forward 92319 instructions for 51456 MACs, step 140480 for 64768`.
fn read(line: &str) -> Option<[Row<'_>; 2]> {
    let (name, costs) = line.split_once(": forward ")?;
    let (kind, net) = name.split_once(' ')?;
    let (forward, step) = costs.split_once(" MACs, step ")?;
    let cost = |text: &str, between: &str| {
        let (instructions, macs) = text.split_once(between)?;
        Some(Cost { instructions: instructions.parse().ok()?, macs: macs.trim().parse().ok()? })
    };
    let forward = ("forward", cost(forward, " instructions for ")?);
    let step = ("step", cost(step, " for ")?);
    Some([forward, step].map(|(pass, cost)| Row { kind, net, pass, cost, times_best: 1.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_within_their_kind() {
        let said = "max k1: forward 800 instructions for 200 MACs, step 1500 for 300
max k3: forward 4000 instructions for 2000 MACs, step 15000 for 3000
mean k1: forward 900 instructions for 200 MACs, step 1500 for 300
something else
";
        let rows = rows(said);
        let told: Vec<_> = rows.iter().map(|row| (row.kind, row.net, row.pass)).collect();
        assert_eq!(told[..2], [("max", "k1", "forward"), ("max", "k1", "step")]);
        let times: Vec<_> = rows.iter().map(|row| row.times_best).collect();
        assert_eq!(times, [2.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(rows[5].cost, Cost { instructions: 1500, macs: 300 });
    }
}
