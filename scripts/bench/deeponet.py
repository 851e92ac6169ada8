"""The PyTorch twin of opkit's `deeponet` at points that all functions share, from the equations in DeepONet.md."""

import math

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU}


def perceptron(widths, activation, last):
    layers = []
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(inputs, outputs))
        nn.init.xavier_normal_(layers[-1].weight)
        nn.init.zeros_(layers[-1].bias)
        if last or index + 2 < len(widths):
            layers.append(ACTIVATIONS[activation]())
    return nn.Sequential(*layers)


class DeepONet(nn.Module):
    """[B, m, 1] to [B, N, 1], the trunk computed once for the batch."""

    def __init__(self, config):
        super().__init__()
        model, points = config["model"], config["grid"][0]
        branch, trunk, p = model["branch"], model["trunk"], model["features"]
        s = torch.arange(points)[:, None] / points
        kind = trunk.get("features", {"type": "coordinates"})
        if kind["type"] == "periodic":
            angles = 2 * math.pi * s * torch.arange(1, kind["frequencies"] + 1)
            s = torch.cat([angles.cos(), angles.sin()], dim=1)
        self.register_buffer("features", s)
        self.branch = perceptron([points, *branch["hidden"], p], branch.get("activation", "relu"), False)
        self.trunk = perceptron([s.shape[1], *trunk["hidden"], p], trunk.get("activation", "relu"), True)
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return (self.branch(x[..., 0]) @ self.trunk(self.features).T + self.bias)[..., None]
