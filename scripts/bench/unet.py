"""The PyTorch twin of opkit's `unet` with kernels of the grid, from the equations in UNet.md."""

import math

import torch
from torch import nn

CONVOLUTIONS = [nn.Conv1d, nn.Conv2d, nn.Conv3d]
TRANSPOSED = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]


class Block(nn.Module):
    def __init__(self, convolution, inputs, outputs, kernel):
        super().__init__()
        self.norms = nn.ModuleList([nn.GroupNorm(1, inputs), nn.GroupNorm(1, outputs)])
        self.convolutions = nn.ModuleList(
            convolution(channels, outputs, kernel, padding=kernel // 2) for channels in (inputs, outputs)
        )
        self.shortcut = nn.Identity() if inputs == outputs else convolution(inputs, outputs, 1)

    def forward(self, x):
        z = x
        for norm, convolution in zip(self.norms, self.convolutions):
            z = convolution(nn.functional.gelu(norm(z)))
        return z + self.shortcut(x)


class UNet(nn.Module):
    """[B, C, N...] to [B, C', N...] with zero boundaries, for odd kernels and grids that halve."""

    def __init__(self, config):
        super().__init__()
        model, grid = config["model"], config["grid"]
        d, kernel, blocks = len(grid), model.get("kernel", 3), model.get("blocks", 2)
        convolution, transposed = CONVOLUTIONS[d - 1], TRANSPOSED[d - 1]
        axes = [torch.arange(n) / n for n in grid]
        self.register_buffer("coordinates", torch.stack(torch.meshgrid(*axes, indexing="ij")))
        width, multipliers = model.get("width", 32), model.get("multipliers", [1, 2, 2, 3])
        channels = [width * math.prod(multipliers[:level]) for level in range(len(multipliers) + 1)]
        levels = range(len(multipliers))

        def block(inputs, outputs):
            return Block(convolution, inputs, outputs, kernel)

        self.lifting = convolution(config.get("inputChannels", 1) + d, width, kernel, padding=kernel // 2)
        self.down = nn.ModuleList(
            nn.ModuleList(block(channels[level if i == 0 else level + 1], channels[level + 1]) for i in range(blocks))
            for level in levels
        )
        self.thinning = nn.ModuleList(convolution(c, c, 3, stride=2, padding=1) for c in channels[1:-1])
        self.middle = nn.Sequential(block(channels[-1], channels[-1]), block(channels[-1], channels[-1]))
        self.up = nn.ModuleList()
        for level in levels:
            outputs = [channels[level + 1]] * blocks + [channels[level]]
            self.up.append(nn.ModuleList(block(channels[level + 1] + c, c) for c in outputs))
        self.raising = nn.ModuleList(transposed(c, c, 4, stride=2, padding=1) for c in channels[1:-1])
        self.norm = nn.GroupNorm(1, width)
        self.projection = convolution(width, config.get("outputChannels", 1), kernel, padding=kernel // 2)

    def forward(self, x):
        x = self.lifting(torch.cat([x, self.coordinates.expand(x.shape[0], *self.coordinates.shape)], 1))
        skips = [x]
        for level, blocks in enumerate(self.down):
            for block in blocks:
                x = block(x)
                skips.append(x)
            if level < len(self.thinning):
                x = self.thinning[level](x)
                skips.append(x)
        x = self.middle(x)
        for level in reversed(range(len(self.up))):
            for block in self.up[level]:
                x = block(torch.cat([x, skips.pop()], 1))
            if level > 0:
                x = self.raising[level - 1](x)
        return self.projection(nn.functional.gelu(self.norm(x)))
