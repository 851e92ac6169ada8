"""Times the U-Net step of `make bench-operations` in PyTorch, on two threads: see Tests/OperationBench/UNetStep.swift."""
import statistics
import time

import torch
from torch import nn

torch.set_num_threads(2)


def block(inputs, outputs):
    layers = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.GroupNorm(1, outputs), nn.GELU()]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    def __init__(self, width=32, depth=4):
        super().__init__()
        widths = [width << level for level in range(depth + 1)]
        self.down = nn.ModuleList(block(1 if i == 0 else widths[i - 1], w) for i, w in enumerate(widths))
        self.up = nn.ModuleList(block(2 * w, w) for w in widths[:-1])
        self.rise = nn.ModuleList(
            nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2, bias=False) for i in range(depth))
        self.head = nn.Conv2d(width, 1, 1, bias=False)

    def forward(self, x):
        skips = []
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([skips[level], self.rise[level](x)], dim=1))
        return self.head(x)


def measure(memory_format):
    torch.manual_seed(0)
    model = UNet().to(memory_format=memory_format)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.randn(16, 1, 64, 64).to(memory_format=memory_format)
    y = torch.randn(16, 1, 64, 64)
    steps, forwards = [], []
    for turn in range(9):
        start = time.perf_counter()
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        middle = time.perf_counter()
        with torch.no_grad():
            model(x)
        if turn >= 2:
            steps.append(middle - start)
            forwards.append(time.perf_counter() - middle)
    count = sum(p.numel() for p in model.parameters())
    print(f"PyTorch {torch.__version__}, {memory_format}: {count} parameters, "
          f"step {1000 * statistics.median(steps):.0f} ms, forward {1000 * statistics.median(forwards):.0f} ms")


measure(torch.contiguous_format)
measure(torch.channels_last)
