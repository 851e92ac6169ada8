"""The PyTorch twin of opkit's `mgno` with its default settings, from the equations in MgNO.md."""

import torch.nn.functional as F
from torch import nn


def convolution(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


class VCycle(nn.Module):
    def __init__(self, inputs, width, iterations):
        super().__init__()
        coarser = range(1, len(iterations))
        self.smooth = nn.ModuleList(
            nn.ModuleList(convolution(inputs, width) for _ in range(count)) for count in iterations
        )
        self.operation = nn.ModuleList(
            nn.ModuleList(convolution(width, inputs) for _ in range(count - (level == 0)))
            for level, count in enumerate(iterations)
        )
        self.project = nn.ModuleList(convolution(width, width, stride=2) for _ in coarser)
        self.restrict = nn.ModuleList(convolution(inputs, inputs, stride=2) for _ in coarser)
        self.prolong = nn.ModuleList(
            nn.ConvTranspose2d(width, width, 4, stride=2, padding=1, bias=False) for _ in coarser
        )

    def forward(self, f):
        fields, u = [], None
        for level, smoothers in enumerate(self.smooth):
            if level > 0:
                u, f = self.project[level - 1](u), self.restrict[level - 1](f)
            first = 0
            if u is None:
                u, first = smoothers[0](f), 1
            for smoother, operation in zip(smoothers[first:], self.operation[level]):
                u = u + smoother(f - operation(u))
            fields.append(u)
        for level in reversed(range(len(self.prolong))):
            u = fields[level] + self.prolong[level](u)
        return u


class MgNO(nn.Module):
    """[B, C, H, W] to [B, outputs, H, W]"""

    def __init__(self, config):
        super().__init__()
        model = config["model"]
        width, layers = model.get("width", 24), model.get("layers", 4)
        iterations = model.get("iterations", [1, 1, 1, 1, 1, 2])
        channels = [config.get("inputChannels", 1)] + [width] * layers
        self.cycles = nn.ModuleList(VCycle(c, width, iterations) for c in channels[:-1])
        self.skips = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels[:-1])
        self.last = nn.Conv2d(width, config.get("outputChannels", 1), 1, bias=False)

    def forward(self, u):
        for cycle, skip in zip(self.cycles, self.skips):
            u = F.gelu(cycle(u) + skip(u))
        return self.last(u)
