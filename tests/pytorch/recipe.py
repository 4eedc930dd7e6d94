"""Trains net A on the digits and prints the mean accuracy of several seeds.

    python recipe.py --split order
    python recipe.py --split stratified --augment

The plain recipe: uniform He initialisation where a ReLU follows, Glorot at the output, biases 0;
mini-batches of 16 in a new order each epoch, momentum 0.9, rate 0.03, 30 epochs. It is what the
library's plain recipe is measured against.

With --augment, 100 epochs: every image is shown anew in each epoch, rotated about its center and
shifted by fractions of a pixel, weights decay by λ = 0.001, and the rate rises over the first 5
epochs and then falls along a cosine. The pixel (r, c) is taken from

    source(r, c) = (3.5, 3.5) + [cos a, sin a; -sin a, cos a] (r - 3.5, c - 3.5) + (s, t)

by bilinear interpolation, with zeros outside the image. The angle a is uniform between -10 and 10
degrees, s and t between -0.5 and 0.5 pixels, each drawn for each image.
"""

import argparse
import math
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import digits
from net import DIGITS, Net, declarations

BATCH = 16
RATE = 0.03
MOMENTUM = 0.9
EPOCHS = 30

AUGMENTED_EPOCHS = 100
WARM_UP_EPOCHS = 5
DEGREES = 10.0
SHIFT = 0.5
DECAY = 0.001


def initialize(net: Net):
    """He where a ReLU follows, Glorot otherwise; both uniform."""
    for layer in net.declaration.layers:
        if layer.kind == "p":
            continue
        module = getattr(net, layer.name)
        if layer.function == "Relu":
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        else:
            nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def augment(images: torch.Tensor) -> torch.Tensor:
    """Every image [n, 1, size, size] rotated and shifted."""
    n, _, size, _ = images.shape
    middle = (size - 1) / 2
    place = torch.arange(size) - middle
    row, column = torch.meshgrid(place, place, indexing="ij")

    def draw(limit):
        return (2 * torch.rand(n, 1, 1) - 1) * limit

    angle = draw(math.radians(DEGREES))
    from_row = angle.cos() * row + angle.sin() * column + draw(SHIFT)
    from_column = -angle.sin() * row + angle.cos() * column + draw(SHIFT)
    # grid_sample wants (x, y), and -1 and 1 at the outer edges of the image.
    grid = torch.stack([from_column, from_row], -1) / (size / 2)
    return F.grid_sample(images, grid, "bilinear", "zeros", align_corners=False)


def rate(step: int, warm_up: int, steps: int) -> float:
    """The learning rate of the augmented recipe: a straight rise, then half a cosine."""
    if step < warm_up:
        return RATE * (step + 1) / warm_up
    return RATE * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up)))


def train(net: Net, images, labels, epochs: int, augmented: bool):
    """Mini-batch descent, in a new order each epoch."""
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    batches = math.ceil(len(images) / BATCH)
    for epoch in range(epochs):
        shown = augment(images) if augmented else images
        for batch, places in enumerate(torch.randperm(len(images)).split(BATCH)):
            if augmented:
                step = epoch * batches + batch
                optimizer.param_groups[0]["lr"] = rate(
                    step, WARM_UP_EPOCHS * batches, epochs * batches
                )
            optimizer.zero_grad()
            loss = net.data_loss(net(shown[places]), labels[places])
            if augmented:
                loss = loss + net.decay_term(DECAY)
            loss.backward()
            optimizer.step()


def accuracy(net: Net, images, labels) -> float:
    """The share of images whose largest output is the label, in per cent."""
    with torch.no_grad():
        return 100 * (net(images).argmax(1) == labels).double().mean().item()


def main():
    parser = argparse.ArgumentParser(description="Trains net A on the digits.")
    parser.add_argument("--split", choices=["order", "stratified"], default="order")
    parser.add_argument("--augment", action="store_true", help="rotate and shift")
    parser.add_argument("--epochs", type=int, help=f"{EPOCHS}, or {AUGMENTED_EPOCHS} augmented")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--data", type=Path, default=digits.DATA)
    options = parser.parse_args()
    epochs = options.epochs or (AUGMENTED_EPOCHS if options.augment else EPOCHS)

    torch.set_num_threads(1)
    images, labels = digits.load(options.data)
    training, test = digits.split(options.split, len(images), options.data)
    accuracies = []
    for seed in range(options.seeds):
        start = time.monotonic()
        torch.manual_seed(seed)
        net = Net(declarations(DIGITS)[0])
        initialize(net)
        train(net, images[training], labels[training], epochs, options.augment)
        accuracies.append(accuracy(net, images[test], labels[test]))
        print(f"seed {seed}: {accuracies[-1]:.2f} %  ({time.monotonic() - start:.0f} s)", flush=True)
    spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
    print(f"{options.split}: {statistics.mean(accuracies):.2f} ± {spread:.2f} %")


if __name__ == "__main__":
    main()
