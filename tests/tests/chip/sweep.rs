//! No shape's cost falls off a cliff: instructions a multiplication, within a kind.

use cpfo_harness::board::sweep::rows;
use libtest_mimic::Failed;

use crate::tools::{cargo_for_figures, compare};

/// How many times the cost of the best of its kind a shape may have.
const LIMIT: f64 = 2.0;

/// Those that may have more, and why. `targets/README.md` tells it at length.
const STEEP: [(&str, &str); 10] = [
    // A kernel of one tap over few maps multiplies so little that what every unit costs stands out.
    ("max", "k1"),
    ("grey", "k1"),
    ("mean", "k1"),
    ("whole", "k1"),
    ("behind", "k1"),
    // Of its 2,736 multiplications 400 are those of the kernels of one tap before it.
    ("behind", "o1"),
    // Each pixel is looked at for what is not finite, and then multiplied by a single map's kernel of
    // 9 taps, or by eight maps' kernels of 4: that look is a seventh and a thirtieth of a pass.
    ("max", "o1"),
    ("mean", "o1"),
    ("whole", "o1"),
    ("grey", "k2"),
];

/// Every shape's instructions are the committed ones, and no shape is too dear.
pub(crate) fn sweep() -> Result<(), Failed> {
    let said = cargo_for_figures(&["m4", "--quiet", "--bin", "qemu-m4-sweep"])?;
    compare("programs/sweep.out", &said)?;
    let rows = rows(&said);
    if rows.len() != 2 * said.lines().count() {
        return Err(format!("not every line could be read:\n{said}").into());
    }
    let steep: Vec<_> = rows.iter().filter(|row| row.times_best > LIMIT).collect();
    for row in &steep {
        if !STEEP.contains(&(row.kind, row.net)) {
            return Err(format!("a cliff without a reason: {row:?}").into());
        }
    }
    for name in STEEP {
        if !steep.iter().any(|row| (row.kind, row.net) == name) {
            return Err(
                format!("{name:?} needs no reason any more: its cost is that of others").into()
            );
        }
    }
    Ok(())
}
