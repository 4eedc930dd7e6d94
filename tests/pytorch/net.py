"""The library's nets as PyTorch modules.

A net is declared once, in Rust:

    pub mod digits: 8 x 8 x 1 {
        C1 = Convolution(8, 3 x 3, Relu);
        P2 = Pooling(Max, 2 x 2);
        F3 = FullyConnected(32, Relu);
        O4 = Output(10, SoftmaxCrossEntropy);
    }

`declarations` reads such text; `Net` builds the module whose parameters have the names of the
layers in lower case. What the layers compute is PyTorch's own: nothing here is translated from
the library.
"""

import re
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

DECLARATION = re.compile(r"pub mod (\w+): (\d+) x (\d+) x (\d+) \{(.*?)\}", re.DOTALL)
LAYER = re.compile(r"([CPFO]\d+) = (\w+)\((.*)\);")

ACTIVATIONS = {"Relu": torch.relu, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid}
POOLINGS = {"Max": F.max_pool2d, "Mean": F.avg_pool2d}

DIGITS = """
pub mod digits: 8 x 8 x 1 {
    C1 = Convolution(8, 3 x 3, Relu);
    P2 = Pooling(Max, 2 x 2);
    F3 = FullyConnected(32, Relu);
    O4 = Output(10, SoftmaxCrossEntropy);
}
"""

LENET = """
pub mod lenet: 28 x 28 x 1 {
    C1 = Convolution(6, 5 x 5, Relu);
    P2 = Pooling(Max, 2 x 2);
    C3 = Convolution(16, 5 x 5, Relu);
    P4 = Pooling(Max, 2 x 2);
    F5 = FullyConnected(84, Relu);
    O6 = Output(10, SoftmaxCrossEntropy);
}
"""


@dataclass(frozen=True)
class Layer:
    """One line of a declaration."""

    name: str
    arguments: tuple[str, ...]

    @property
    def kind(self) -> str:
        """c, p, f or o."""
        return self.name[0]

    @property
    def count(self) -> int:
        """The number of maps, units or classes of c, f, o."""
        return int(self.arguments[0])

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of a kernel or a pooling window."""
        rows, columns = self.arguments[1].split(" x ")
        return int(rows), int(columns)

    @property
    def function(self) -> str:
        """The activation of c and f, the method of p, the loss of o."""
        return self.arguments[0 if self.kind == "p" else -1]


@dataclass(frozen=True)
class Declaration:
    """A net as it stands in Rust."""

    text: str
    name: str
    rows: int
    columns: int
    maps: int
    layers: tuple[Layer, ...]


def declarations(rust: str) -> list[Declaration]:
    """Every net that a Rust text declares, in its order."""
    found = []
    for match in DECLARATION.finditer(rust):
        name, rows, columns, maps, body = match.groups()
        layers = tuple(
            Layer(layer.lower(), tuple(arguments.split(", ")))
            for layer, _, arguments in LAYER.findall(body)
        )
        lines = [line.strip() for line in match.group().splitlines()]
        text = "\n".join([lines[0], *("    " + line for line in lines[1:-1]), lines[-1]])
        found.append(Declaration(text, name, int(rows), int(columns), int(maps), layers))
    return found


class Net(nn.Module):
    """A declared net. `forward` takes maps in PyTorch's order [N, maps, rows, columns] and gives
    the pre-activations u of the output layer."""

    def __init__(self, declaration: Declaration, dtype=torch.float32):
        super().__init__()
        self.declaration = declaration
        maps, rows, columns = declaration.maps, declaration.rows, declaration.columns
        for layer in declaration.layers:
            if layer.kind == "c":
                module = nn.Conv2d(maps, layer.count, layer.window, dtype=dtype)
                maps = layer.count
                rows, columns = rows - layer.window[0] + 1, columns - layer.window[1] + 1
            elif layer.kind == "p":
                assert rows % layer.window[0] == 0 and columns % layer.window[1] == 0, layer
                rows, columns = rows // layer.window[0], columns // layer.window[1]
                continue
            else:
                module = nn.Linear(maps * rows * columns, layer.count, dtype=dtype)
                maps, rows, columns = layer.count, 1, 1
            self.add_module(layer.name, module)

    def forward(self, z: torch.Tensor, watch=None) -> torch.Tensor:
        """`watch(layer, u)` sees what each layer computes before its activation, and what each
        maximum is taken of."""
        layers = self.declaration.layers
        u = z
        for layer in layers:
            if layer.kind == "p":
                if watch and layer.function == "Max":
                    watch(layer, u)
                z = u = POOLINGS[layer.function](z, layer.window)
                continue
            u = getattr(self, layer.name)(z if layer.kind == "c" else z.flatten(1))
            if watch:
                watch(layer, u)
            if layer.kind != "o":
                z = ACTIVATIONS[layer.function](u)
        return u

    def loss_function(self) -> str:
        """The loss of the output layer."""
        return self.declaration.layers[-1].function

    def outputs(self, u: torch.Tensor) -> torch.Tensor:
        """y, from the pre-activations of the output layer."""
        if self.loss_function() == "SigmoidSquaredError":
            return torch.sigmoid(u)
        return torch.softmax(u, 1)

    def data_loss(self, u: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """J / N without the decay term."""
        if self.loss_function() == "SigmoidSquaredError":
            target = F.one_hot(label, u.shape[1]).to(u.dtype)
            return 0.5 * (target - torch.sigmoid(u)).square().sum() / len(label)
        return F.cross_entropy(u, label)

    def decay_term(self, decay: float) -> torch.Tensor:
        """λ/2 Σ ‖W‖² over the weights; biases do not decay."""
        weights = (p for name, p in self.named_parameters() if name.endswith(".weight"))
        return 0.5 * decay * sum(weight.square().sum() for weight in weights)
