"""Carries models between the library and PyTorch: `load_state_dict` in one direction, `save`
in the other.

    python load_model.py model.safetensors                         accuracy of a model of cpfo
    python load_model.py model.safetensors --outputs outputs.json  and y of the first 16 images
    python load_model.py --write model.safetensors                 a model for cpfo, briefly trained

Net B (--net lenet) has no data set that ships: it gets the digits in the middle of a black
28 x 28 image, each pixel drawn as 2 x 2.
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save

import digits
from net import DIGITS, LENET, Net, declarations
from recipe import accuracy, initialize, train

NETS = {"digits": DIGITS, "lenet": LENET}
SHOWN = 16


def as_input(images: torch.Tensor, net: Net) -> torch.Tensor:
    """The digits in the size that the net takes."""
    rows, columns = net.declaration.rows, net.declaration.columns
    if images.shape[2:] == (rows, columns):
        return images
    images = images.repeat_interleave(2, 2).repeat_interleave(2, 3)
    border = (rows - images.shape[2]) // 2
    return F.pad(images, (border, border, border, border))


def main():
    parser = argparse.ArgumentParser(description="Carries models between cpfo and PyTorch.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--net", choices=list(NETS), default="digits")
    parser.add_argument("--write", action="store_true", help="write MODEL instead of reading it")
    parser.add_argument("--epochs", type=int, default=2, help="of training before writing")
    parser.add_argument("--outputs", type=Path, help="a JSON file for the first outputs")
    parser.add_argument("--split", choices=["order", "stratified"], default="order")
    parser.add_argument("--data", type=Path, default=digits.DATA)
    options = parser.parse_args()

    torch.set_num_threads(1)
    net = Net(declarations(NETS[options.net])[0])
    images, labels = digits.load(options.data)
    images = as_input(images, net)
    training, test = digits.split(options.split, len(images), options.data)
    if options.write:
        torch.manual_seed(0)
        initialize(net)
        train(net, images[training], labels[training], options.epochs, augmented=False)
        options.model.write_bytes(save(net.state_dict()))
    else:
        net.load_state_dict(load_file(options.model), strict=True)

    percent = accuracy(net, images[test], labels[test])
    print(f"{options.net}: {percent:.2f} % of {len(test)} test images")
    if options.outputs:
        with torch.no_grad():
            outputs = net.outputs(net(images[:SHOWN])).tolist()
        options.outputs.write_text(json.dumps(outputs), encoding="utf-8")


if __name__ == "__main__":
    main()
