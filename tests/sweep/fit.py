#!/usr/bin/env python3
"""What each loop of a pass takes, from what nets of many shapes take: the constants of harness/src/plan/cost.rs.

Non-negative least squares of the relative errors, over every net of tests/suite/src/shapes.rs and the
counts in targets/programs/sweep.out. Needs numpy and scipy. The test `plan` holds the estimates, not this script.
"""

import re
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

TARGETS = Path(__file__).resolve().parents[2] / "targets"
SIZES = [16, 8, 4, 3, 2, 1]  # blocks of maps, as core/src/layer/reduce.rs has them


def nets():
    """Kind and name of each net, its input, and its layers."""
    kind = None
    for line in (TARGETS.parent / "tests/suite/src/shapes.rs").read_text().splitlines():
        if found := re.fullmatch(r"    (\w+) \{", line):
            kind = found[1]
        if found := re.fullmatch(r"        (\w+): (\d+) x (\d+) x (\d+) \{ (.*) \}", line):
            layers = [
                (name, [argument.strip() for argument in arguments.split(",")])
                for name, arguments in re.findall(r"\w+ = (\w+)\(([^)]*)\);", found[5])
            ]
            layers.append(("Output", ["2", "SoftmaxCrossEntropy"]))
            yield f"{kind} {found[1]}", [int(side) for side in found.groups()[1:4]], layers


def units(maps, places, sums):
    count = 0
    for size in SIZES:
        if size == 1 or size * places <= sums:
            count += maps // size
            maps %= size
    return count


def loops(shape, layers):
    """How often a forward pass and a way back go through each loop."""
    there, back = Counter(), Counter(step=1)
    rows, columns, maps = shape
    there["pixel"] = rows * columns * maps
    below = False
    while layers:
        (kind, arguments), *layers = layers
        made = int(arguments[0])
        if kind != "Convolution":
            inputs = rows * columns * maps
            there["unit product"] += inputs * made
            there["input"] += inputs * (made // 16 + (made % 16).bit_count())
            if kind == "FullyConnected":
                there[arguments[1]] += made
            back["unit weight"] += inputs * made
            back["span"] += inputs * -(-made // 8)
            back["rest"] += inputs * (made % 8)
            back["slope"] += inputs * below
            rows, columns, maps, below = 1, 1, made, True
            continue
        kernel = [int(side) for side in arguments[1].split(" x ")]
        taps = kernel[0] * kernel[1] * maps
        wide = [rows - kernel[0] + 1, columns - kernel[1] + 1]
        values = wide[0] * wide[1] * made
        method, sides = None, wide
        tiles = [(4, wide[0] * (wide[1] // 4)), (1, wide[0] * (wide[1] % 4))]
        if layers[0][0] == "Pooling":
            (_, (method, window)), *layers = layers
            window = [int(side) for side in window.split(" x ")]
            sides = [wide[0] // window[0], wide[1] // window[1]]
            tiles = [(window[0] * window[1], sides[0] * sides[1])]
        shared = maps == 1
        for places, count in tiles:
            blocks = count * units(made, places, 12 if shared and kernel[1] > 3 else 16)
            there["product"] += count * places * made * taps
            there["row"] += blocks * kernel[0]
            if shared:
                there["shared load"] += count * made * taps
            else:
                there["load"] += count * made * taps + blocks * taps * places
                there["tap"] += blocks * taps
        winners = sides[0] * sides[1] * made
        if method == "Max":
            there["window"] += winners
        places = winners if method == "Max" else values
        there[arguments[2]] += places
        back["winner" if method == "Max" else "place"] += places * (1 + maps * (1 + below))
        back["gradient"] += places * taps * (1 + 2 * below)
        back["spill"] += places * taps * (kernel[0] * kernel[1] > 25)
        back["weight"] += made * taps
        back["slope"] += rows * columns * maps * below + values * (method == "Mean")
        rows, columns, maps, below = *sides, made, True
    return there, back


def main():
    counts = {}
    for line in (TARGETS / "programs/sweep.out").read_text().splitlines():
        name, costs = line.split(": ", 1)
        forward, _, step, _ = map(int, re.findall(r"\d+", costs))
        counts[name] = forward, step - forward
    for which, title in enumerate(["forward", "back"]):
        rows = [(name, loops(shape, layers)[which]) for name, shape, layers in nets()]
        names = sorted({loop for _, row in rows for loop in row})
        took = np.array([counts[name][which] for name, _ in rows], float)
        table = np.array([[row[loop] for loop in names] for _, row in rows], float)
        fitted, _ = nnls(table / took[:, None], np.ones(len(took)))
        error = table @ fitted / took - 1
        print(title, {loop: round(float(value), 2) for loop, value in zip(names, fitted)})
        print(f"{abs(error).mean():.1%} off in the mean, {abs(error).max():.1%} at most")


if __name__ == "__main__":
    main()
