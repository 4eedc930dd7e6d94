"""Measures PyTorch for tests/peers/run: samples a second of training and of inference.

    python pytorch.py --threads 1 --seconds 0.5

prints one JSON object in the form of `cpfo bench --json`. Everything that makes eager PyTorch
faster on these nets is done: functions instead of modules, ReLU in place, the faster of the plain
and the fused optimiser, `inference_mode`, mini-batches cut before the clock starts.

With --compiled it is inference by torch.compile, for one size of batch; it needs a C++ compiler.
Training is not measured so: compiled, it was slower at every batch of both nets (on two cores of an
AMD EPYC, one thread, batch 32: 66,000 samples a second of `digits` beside 93,000, and 13,000 of
`lenet` beside 24,000).
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.append(str(Path(__file__).parent / "../pytorch"))
import digits  # noqa: E402
from load_model import NETS, as_input  # noqa: E402
from net import Net, declarations  # noqa: E402
from recipe import initialize  # noqa: E402

RATE = 0.01
MOMENTUM = 0.9
# Whole mini-batches of every size that is measured.
SAMPLES = 14 * 128
# How often a figure is measured; the best was disturbed least.
REPEATS = 5
TASKS = [("train", 1), ("train", 8), ("train", 32), ("train", 128), ("infer", 1), ("infer", 32)]


def new_net(name: str) -> Net:
    net = Net(declarations(NETS[name])[0])
    initialize(net)
    return net


def function(net: Net):
    """What the net computes, without the cost of modules."""
    p = list(net.parameters())

    def digits_net(x):
        x = F.max_pool2d(torch.conv2d(x, p[0], p[1]).relu_(), 2).flatten(1)
        return F.linear(F.linear(x, p[2], p[3]).relu_(), p[4], p[5])

    def lenet(x):
        x = F.max_pool2d(torch.conv2d(x, p[0], p[1]).relu_(), 2)
        x = F.max_pool2d(torch.conv2d(x, p[2], p[3]).relu_(), 2).flatten(1)
        return F.linear(F.linear(x, p[4], p[5]).relu_(), p[6], p[7])

    return {"digits": digits_net, "lenet": lenet}[net.declaration.name]


def seconds(given: float, fresh) -> float:
    """What one call takes, in the best of some repeats of equally many, each of a `fresh` one."""

    def repeat(calls: int) -> float:
        call = fresh()
        start = time.perf_counter()
        for number in range(calls):
            call(number)
        return time.perf_counter() - start

    calls, best = 1, repeat(1)
    while best < 0.5 * given / REPEATS:
        calls *= 2
        best = repeat(calls)
    return min(best, *(repeat(calls) for _ in range(1, REPEATS))) / calls


def train(name: str, images, labels, given: float) -> float:
    def learner(fused: bool):
        def fresh():
            net = new_net(name)
            momentum = MOMENTUM if len(images[0]) > 1 else 0.0
            optimizer = torch.optim.SGD(net.parameters(), RATE, momentum, fused=fused)
            forward = function(net)

            def step(number):
                place = number % len(images)
                optimizer.zero_grad()
                F.cross_entropy(forward(images[place]), labels[place]).backward()
                optimizer.step()

            return step

        return fresh

    return min(seconds(given, learner(fused)) for fused in (False, True))


def infer(name: str, images, given: float, compiled: bool) -> float:
    forward = function(new_net(name))
    if compiled:
        torch.compiler.reset()
        forward = torch.compile(forward, dynamic=False)

    with torch.inference_mode():
        forward(images[0])
        return seconds(given, lambda: lambda number: forward(images[number % len(images)]))


def check(name: str, images):
    """The functions are the nets of `net.py`, which the goldens come from."""
    net = new_net(name)
    torch.testing.assert_close(function(net)(images), net(images))


def main():
    parser = argparse.ArgumentParser(description="Measures PyTorch.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="spent on each figure")
    parser.add_argument("--compiled", action="store_true", help="inference by torch.compile")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    digit_images, all_labels = digits.load()
    rows = []
    for name in NETS:
        all_images = as_input(digit_images, new_net(name))[:SAMPLES]
        check(name, all_images[:32])
        for task, batch in TASKS:
            images, labels = all_images.split(batch), all_labels[:SAMPLES].split(batch)
            if task == "infer":
                taken = infer(name, images, options.seconds, options.compiled)
            elif not options.compiled:
                taken = train(name, images, labels, options.seconds)
            else:
                continue
            rows.append(
                {
                    "net": name,
                    "task": task,
                    "batch": batch,
                    "threads": options.threads,
                    "samples_per_second": batch / taken,
                }
            )
    print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
