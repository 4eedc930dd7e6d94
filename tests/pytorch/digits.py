"""The handwritten digits that ship with the project, and their two splits."""

import struct
from pathlib import Path

import numpy as np
import torch

DATA = Path(__file__).parent / "../../harness/data"


def idx(path: Path) -> np.ndarray:
    """An IDX file of bytes, the format of MNIST."""
    data = path.read_bytes()
    zeros, kind, dimensions = struct.unpack(">HBB", data[:4])
    assert (zeros, kind) == (0, 8), f"{path} is not an IDX file of bytes"
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(data: Path = DATA) -> tuple[torch.Tensor, torch.Tensor]:
    """Images [1797, 1, 8, 8] between 0 and 1, and their labels."""
    images = idx(data / "digits-images-idx3-ubyte").astype(np.float32) / 16
    labels = idx(data / "digits-labels-idx1-ubyte").astype(np.int64)
    return torch.from_numpy(images)[:, None], torch.from_numpy(labels)


def split(name: str, count: int, data: Path = DATA) -> tuple[torch.Tensor, torch.Tensor]:
    """The places of the training and of the test images.

    `order`: the last 360 are the test, other writers than the first. `stratified`: the committed
    list is the test, the same share of each class."""
    if name == "order":
        test = torch.arange(count - 360, count)
    else:
        lines = (data / "digits-stratified-test.txt").read_text(encoding="utf-8").splitlines()
        numbers = (line.split("#")[0].strip() for line in lines)
        test = torch.tensor(sorted(int(number) for number in numbers if number))
    held_out = torch.zeros(count, dtype=torch.bool)
    held_out[test] = True
    return torch.nonzero(~held_out).flatten(), test
