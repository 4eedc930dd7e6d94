"""Writes the goldens: what PyTorch computes for each net of tests/suite/src/goldens.rs.

    python golden.py

One file a net, tests/golden/<name>.safetensors:

| tensor | shape | meaning |
|---|---|---|
| `input` | [N, rows, columns, maps] | the samples |
| `label` | [N], int32 | their classes |
| `c1.weight`, `c1.bias`, ... | PyTorch's | the parameters at the start |
| `output` | [N, K] | y |
| `loss`, `decay` | [1] | data loss J / N, and the decay term λ/2 Σ ‖W‖² apart |
| `gradient.c1.weight`, ... | as the parameter | 1/N Σ_n ∂J_n/∂W + λW; biases undecayed |
| `after.c1.weight`, ... | as the parameter | after the steps: v = μv + ∇, W = W − ηv, on all N samples |
| `trajectory` | [steps] | the data loss before each step |

The metadata has one key, `golden`: a JSON object with the net's declaration, n, decay, rate,
momentum, steps and seed. One key, because safetensors writes several in an order of its own, and
the script must write the same bytes each time.

Everything is computed in float64, from numbers that float32 holds exactly, and stored as float32:
so the files contain the true values to half a unit of float32's last place, and what a test
measures is the library's rounding and not the reference's.

A ReLU near its kink or a maximum near a tie may go either way in another precision. A seed with
such a place is not used, so that a difference is always a mistake. The net `ties` is the
exception: there, at the start, ties and kinks are exact in both precisions.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save

from net import Declaration, Net, declarations

TESTS = Path(__file__).parent.parent
MOMENTUM = 0.9
STEPS = 10

# How far from a kink or a tie every sample has to stay: before the first step, whose gradients are
# compared, and on the way to the last.
MARGIN_AT_START = 1e-3
MARGIN_ON_THE_WAY = 1e-5

# N, λ and η for each net.
SETTINGS = {
    "tanh_max": (3, 0.01, 0.05),
    "relu_mean": (5, 0.0, 0.1),
    "sigmoid_max": (3, 0.02, 0.2),
    "two_max_stages": (4, 0.001, 0.03),
    "two_mean_stages": (5, 0.005, 0.1),
    "three_convolutions": (3, 0.0, 0.02),
    "two_fully_connected": (4, 0.003, 0.1),
    "convolution_output": (2, 0.0, 0.05),
    "kernel_fills_map": (6, 0.0, 0.05),
    "fully_connected_first": (5, 0.01, 0.1),
    "output_only": (1, 0.1, 0.05),
    "output_only_squared": (4, 0.0, 0.2),
    "pooling_first": (3, 0.0, 0.05),
    "odd_widths": (2, 0.002, 0.01),
    "ties": (4, 0.0, 0.05),
}

LEGAL_NEIGHBORS = {"cp", "cc", "cf", "co", "pc", "pf", "po", "ff", "fo"}


class Margins:
    """The smallest distances from a kink of ReLU and from a tie of two maxima."""

    def __init__(self):
        self.kink = self.tie = float("inf")
        self.live_ties = 0

    def __call__(self, layer, u):
        if layer.kind == "p":
            rows, columns = layer.window
            windows = u.unfold(2, rows, rows).unfold(3, columns, columns).flatten(4)
            best, second = windows.topk(2).values.unbind(-1)
            self.tie = min(self.tie, (best - second).min().item())
            self.live_ties += ((best == second) & (best > 0)).sum().item()
        elif layer.function == "Relu":
            self.kink = min(self.kink, u.abs().min().item())

    def smallest(self):
        return min(self.kink, self.tie)


def uniform(shape, limit, generator):
    """Numbers between -limit and limit that float32 holds exactly, as float64."""
    unit = torch.rand(shape, generator=generator, dtype=torch.float64)
    return ((2 * unit - 1) * limit).float().double()


def quarters(shape, limit, generator):
    """The same in whole quarters."""
    return (uniform(shape, limit, generator) * 4).round() / 4


def sample(declaration: Declaration, n: int, seed: int):
    """A net with random parameters, N random images and their labels."""
    generator = torch.Generator().manual_seed(seed)
    draw = quarters if declaration.name == "ties" else uniform
    net = Net(declaration, torch.float64)
    with torch.no_grad():
        for parameter in net.parameters():
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 12
            parameter.copy_(draw(parameter.shape, (6 / fan_in) ** 0.5, generator))
    maps = (n, declaration.maps, declaration.rows, declaration.columns)
    label = torch.randint(declaration.layers[-1].count, (n,), generator=generator)
    return net, draw(maps, 1.0, generator), label


def golden(declaration: Declaration, seed: int):
    """The tensors of one file; None if the seed comes too close to a kink or a tie."""
    n, decay, rate = SETTINGS[declaration.name]
    net, images, label = sample(declaration, n, seed)
    tensors = {"input": images.permute(0, 2, 3, 1), "label": label.int()}
    tensors |= {name: p.detach().clone() for name, p in net.named_parameters()}

    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=MOMENTUM)
    trajectory = []
    for step in range(STEPS):
        margins = Margins()
        u = net(images, watch=margins)
        if declaration.name == "ties" and step == 0:
            if margins.live_ties == 0 or margins.kink != 0:
                return None
        elif margins.smallest() < (MARGIN_AT_START if step == 0 else MARGIN_ON_THE_WAY):
            return None
        loss, decay_term = net.data_loss(u, label), net.decay_term(decay)
        optimizer.zero_grad()
        (loss + decay_term).backward()
        trajectory.append(loss.item())
        if step == 0:
            tensors |= {"output": net.outputs(u), "loss": loss[None], "decay": decay_term[None]}
            gradients = {f"gradient.{name}": p.grad.clone() for name, p in net.named_parameters()}
            # A layer that learns nothing would prove nothing.
            if any(gradient.abs().max() < 1e-4 for gradient in gradients.values()):
                return None
            tensors |= gradients
        optimizer.step()
    if trajectory[-1] >= trajectory[0]:
        return None

    tensors |= {f"after.{name}": p for name, p in net.named_parameters()}
    tensors["trajectory"] = torch.tensor(trajectory, dtype=torch.float64)
    return {
        name: (t.detach().float() if t.is_floating_point() else t).contiguous()
        for name, t in tensors.items()
    }


def check_coverage(nets: list[Declaration]):
    """Together the nets have everything that is legal."""
    assert [net.name for net in nets] == list(SETTINGS), "SETTINGS does not fit goldens.rs"
    layers = [layer for net in nets for layer in net.layers]
    pairs = {a.kind + b.kind for net in nets for a, b in zip(net.layers, net.layers[1:])}
    assert pairs == LEGAL_NEIGHBORS, pairs ^ LEGAL_NEIGHBORS
    for kind, functions in {
        "c": {"Relu", "Tanh", "Sigmoid"},
        "f": {"Relu", "Tanh", "Sigmoid"},
        "p": {"Max", "Mean"},
        "o": {"SigmoidSquaredError", "SoftmaxCrossEntropy"},
    }.items():
        assert {layer.function for layer in layers if layer.kind == kind} == functions, kind
    decayed = {net.layers[-1].function for net in nets if SETTINGS[net.name][1] > 0}
    assert len(decayed) == 2, "weight decay has to act on both outputs"


def main():
    torch.set_num_threads(1)
    nets = declarations((TESTS / "suite" / "src" / "goldens.rs").read_text(encoding="utf-8"))
    check_coverage(nets)
    parser = argparse.ArgumentParser(description="Writes the goldens.")
    parser.add_argument("--out", type=Path, default=TESTS / "golden", help="the folder")
    folder = parser.parse_args().out
    folder.mkdir(exist_ok=True)
    for net in nets:
        n, decay, rate = SETTINGS[net.name]
        seed, tensors = next(
            (seed, tensors) for seed in range(1000) if (tensors := golden(net, seed)) is not None
        )
        facts = {
            "net": net.text,
            "n": n,
            "decay": decay,
            "rate": rate,
            "momentum": MOMENTUM,
            "steps": STEPS,
            "seed": seed,
        }
        path = folder / f"{net.name}.safetensors"
        path.write_bytes(save(tensors, {"golden": json.dumps(facts)}))
        losses = tensors["trajectory"]
        print(
            f"{net.name:22} seed {seed:3}  loss {losses[0]:.4f} -> {losses[-1]:.4f}"
            f"  {path.stat().st_size:6} bytes"
        )


if __name__ == "__main__":
    main()
