"""The PyTorch twin of opkit's `lsm` with patches of so many points, from the equations in LSM.md."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def double_convolution(inputs, hidden, outputs):
    layers = []
    for a, b in ((inputs, hidden), (hidden, outputs)):
        layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.InstanceNorm2d(b, affine=True), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class NeuralSpectralBlock(nn.Module):
    """[B, C, H, W] to the same, in patches of p x p points."""

    def __init__(self, channels, patch, tokens=4, heads=8, harmonics=12):
        super().__init__()
        self.patch, self.heads = patch, heads
        self.tokens = nn.Parameter(torch.rand(heads, tokens, channels // heads) / channels)
        self.coefficients = nn.Parameter(torch.rand(2 * harmonics, channels) / channels)
        self.register_buffer("frequencies", math.pi * torch.arange(harmonics) / harmonics)
        self.encoder = nn.Conv2d(channels, 2 * channels, 1)
        self.decoder = nn.Conv2d(channels, channels, 1)

    def split(self, x):
        """[B, C, H, W] to [B * patches, heads, points of a patch, C / heads]"""
        b, c, h, w = x.shape
        p = self.patch
        x = x.view(b, self.heads, c // self.heads, h // p, p, w // p, p)
        return x.permute(0, 3, 5, 1, 4, 6, 2).reshape(-1, self.heads, p * p, c // self.heads)

    def join(self, x, shape):
        b, c, h, w = shape
        p = self.patch
        x = x.view(b, h // p, w // p, self.heads, p, p, c // self.heads)
        return x.permute(0, 3, 6, 1, 4, 2, 5).reshape(shape)

    def forward(self, x):
        keys, values = map(self.split, self.encoder(x).chunk(2, dim=1))
        tokens = self.tokens + torch.softmax(self.tokens @ keys.transpose(-1, -2), dim=-1) @ values
        n, heads, count, width = tokens.shape
        z = tokens.transpose(1, 2).reshape(n, count, heads * width)
        angles = z[:, :, None] * self.frequencies[:, None]
        waves = torch.cat([angles.sin(), angles.cos()], dim=2)
        z = z + (waves * self.coefficients).sum(2)
        z = z.view(n, count, heads, width).transpose(1, 2)
        queries = self.split(self.decoder(x))
        decoded = torch.softmax(queries @ z.transpose(-1, -2), dim=-1) @ z
        return x + self.join(decoded, x.shape)


class LSM(nn.Module):
    """[B, C, H, W] to [B, outputs, H, W]; the grid needs no padding."""

    def __init__(self, config):
        super().__init__()
        model, grid = config["model"], config["grid"]
        width, scales = model.get("width", 64), model.get("scales", 5)
        axes = torch.meshgrid(*(torch.linspace(0, 1, n) for n in grid), indexing="ij")
        self.register_buffer("coordinates", torch.stack(axes)[None])
        channels = [width << min(scale, scales - 2) for scale in range(scales)]
        self.lifting = nn.Conv2d(config.get("inputChannels", 1) + 2, width, 1)
        self.down = nn.ModuleList(double_convolution(a, b, b) for a, b in zip([width, *channels], channels))
        self.blocks = nn.ModuleList(NeuralSpectralBlock(c, model["patch"]) for c in channels)
        up, below = [], channels[-1]
        for skip in reversed(channels[:-1]):
            outputs = max(width, skip // 2)
            up.append(double_convolution(skip + below, (skip + below) // 2, outputs))
            below = outputs
        self.up = nn.ModuleList(up)
        self.mixing = nn.Conv2d(width, width, 1)
        self.first = nn.Conv2d(width, 128, 1)
        self.second = nn.Conv2d(128, config.get("outputChannels", 1), 1)

    def forward(self, x):
        x = self.lifting(torch.cat([x, self.coordinates.expand(x.shape[0], -1, -1, -1)], dim=1))
        skips = []
        for scale, (down, block) in enumerate(zip(self.down, self.blocks)):
            x = down(x if scale == 0 else F.max_pool2d(x, 2))
            skips.append(block(x))
        u = skips.pop()
        for up in self.up:
            u = F.interpolate(u, scale_factor=2, mode="bilinear", align_corners=True)
            u = up(torch.cat([skips.pop(), u], dim=1))
        return self.second(F.gelu(self.first(self.mixing(u))))
