"""How far PyTorch in 32 bits is from PyTorch in 64, over the goldens: what rounding alone does.

    python rounding.py

Each golden is computed again in float32, from its own input and parameters. Of every tensor the
largest difference counts, as a share of the tensor's largest number; the worst is printed for each
kind of tensor, and in the last line that of all. The library's bound, in `../src/rounding.rs`,
is argued by it.
"""

import json
from pathlib import Path

import torch
from safetensors import safe_open

from net import Net, declarations

GOLDEN = Path(__file__).parent.parent / "golden"


def differences(path: Path):
    """The name of each tensor of a golden, and how far it is from what float32 gives."""
    with safe_open(path, "pt") as file:
        facts = json.loads(file.metadata()["golden"])
        truth = {name: file.get_tensor(name) for name in file.keys()}
    net = Net(declarations(facts["net"])[0], torch.float32)
    net.load_state_dict({name: truth[name] for name, _ in net.named_parameters()})
    images, label = truth["input"].permute(0, 3, 1, 2), truth["label"].long()

    optimizer = torch.optim.SGD(net.parameters(), lr=facts["rate"], momentum=facts["momentum"])
    found, trajectory = {}, []
    for step in range(facts["steps"]):
        u = net(images)
        loss, decay_term = net.data_loss(u, label), net.decay_term(facts["decay"])
        optimizer.zero_grad()
        (loss + decay_term).backward()
        trajectory.append(loss.detach())
        if step == 0:
            found |= {"output": net.outputs(u), "loss": loss[None], "decay": decay_term[None]}
            found |= {f"gradient.{name}": p.grad.clone() for name, p in net.named_parameters()}
        optimizer.step()
    found |= {f"after.{name}": p for name, p in net.named_parameters()}
    found["trajectory"] = torch.stack(trajectory)

    for name, ours in found.items():
        ours, theirs = ours.detach().double(), truth[name].double()
        # Without decay its term is 0, and has no scale.
        if theirs.abs().max() > 0:
            yield name, ((ours - theirs).abs().max() / theirs.abs().max()).item()


def main():
    torch.set_num_threads(1)
    worst: dict[str, tuple[float, str]] = {}
    for path in sorted(GOLDEN.glob("*.safetensors")):
        for name, share in differences(path):
            kind = name.split(".")[0]
            worst[kind] = max(worst.get(kind, (0.0, "")), (share, f"{path.stem}: {name}"))
    for kind, (share, where) in worst.items():
        print(f"{kind:10} {share:.1e}  {where}")
    print(max(share for share, _ in worst.values()))


if __name__ == "__main__":
    main()
