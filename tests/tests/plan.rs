//! `cpfo plan` knows what nets of every shape take on a core with floating-point hardware: what it says is
//! within a fifth of what QEMU counted, for each net of the sweep, and for the nets at worst.

use std::fs;
use std::path::Path;

use cpfo_harness::board::sweep;
use cpfo_harness::nets::{digits, lenet};
use cpfo_harness::plan::{CORES, Plan, Training};

/// How far an estimate may be from the count. It is an estimate by eleven loops forward and ten back; what
/// the compiler makes of one shape is not all in it.
const SHARE: f64 = 0.2;

macro_rules! plans {
    ($($kind:ident { $($name:ident)* })*) => {
        /// The plan of each net, with its kind and its name.
        fn plans() -> Vec<(&'static str, &'static str, Option<Plan>)> {
            let all = Training::All;
            vec![$($(
                (
                    stringify!($kind),
                    stringify!($name),
                    Plan::of::<cpfo_suite::shapes::$kind::$name::Net>(all),
                ),
            )*)*]
        }
    };
}

cpfo_suite::for_each_shape!(plans);

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// Forward and a step, as planned for the M4F.
fn planned(plan: &Plan) -> [u64; 2] {
    let core = CORES.iter().find(|core| core.board == "m4").expect("the M4F is a core");
    let counts = plan.instructions(core);
    [counts.forward, counts.step.expect("all of it trains")].map(|count| count.instructions)
}

fn is_near(planned: u64, counted: u64) -> bool {
    (planned as f64 - counted as f64).abs() <= SHARE * counted as f64
}

#[test]
fn every_net_of_the_sweep() {
    let text = read("programs/sweep.out");
    let rows = sweep::rows(&text);
    let plans = plans();
    assert_eq!(rows.len(), 2 * plans.len(), "a line for each net, and a net for each line");
    let (mut worst, mut sum) = (0.0_f64, 0.0);
    for (kind, net, plan) in plans {
        let [forward, step] = planned(&plan.expect("there is something to train"));
        for (pass, planned) in [("forward", forward), ("step", step)] {
            let row = rows.iter().find(|row| (row.kind, row.net, row.pass) == (kind, net, pass));
            let counted =
                row.unwrap_or_else(|| panic!("{kind} {net} is not there")).cost.instructions;
            assert!(is_near(planned, counted), "{kind} {net} {pass}: {planned}, counted {counted}");
            let share = (planned as f64 / counted as f64 - 1.0).abs();
            (worst, sum) = (worst.max(share), sum + share);
        }
    }
    println!(
        "{:.1} % off in the mean, {:.1} % at most",
        100.0 * sum / rows.len() as f64,
        100.0 * worst
    );
}

/// The nets that were counted have their counts in the plan; a net that differs in name alone has not.
#[test]
fn the_nets_that_come_with_cpfo_at_their_worst() {
    let bounds = read("boards/qemu-m4/bounds.out");
    for (name, plan) in [
        ("digits", Plan::of::<digits::Net>(Training::All)),
        ("lenet", Plan::of::<lenet::Net>(Training::All)),
    ] {
        let line = bounds.lines().find(|line| line.starts_with(&format!("{name}: step at worst")));
        let most = line.and_then(|line| line.rsplit(' ').next()).expect("a line with its most");
        let counted: u64 = most.parse().expect("a number");
        let planned = plan.expect("there is something to train").worst();
        assert!(is_near(planned, counted), "{name}: {planned}, counted {counted}");
    }
}
