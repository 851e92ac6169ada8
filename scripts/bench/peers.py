"""Times opkit and PyTorch alternately on the same shapes: whole training steps and forward passes.

    peers.py OPKIT CONFIG_FOLDER OUTPUT.json [CASE ...]

Each round runs `opkit bench` and then the same number of PyTorch steps, so that both see the same state of a shared
machine. Prints medians over rounds with their spread and writes a list of
{"case", "opkitMs", "torchMs", "ratio", "opkitMiB", "torchMiB"}. A case is a configuration in CONFIG_FOLDER whose model
type has a twin in `TWINS`; twins are written from the papers' equations, or are the neuraloperator package's own model.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from deeponet import DeepONet
from lsm import LSM
from mgno import MgNO
from unet import UNet

THREADS = 2
ROUNDS = 7
# Steps of a round: at least these, and as many more as PyTorch takes this time for. Fewer would be a short look at
# cores that change their speed.
STEPS = 5
SECONDS = 0.5
# Seconds after which a slow case's round ends early.
PATIENCE = 2


class SpectralConv(nn.Module):
    """Kept modes 0..m-1 and -m..-1 on all axes but the last, 0..m-1 on the last."""

    def __init__(self, width, modes):
        super().__init__()
        self.modes = modes
        corners = 2 ** (len(modes) - 1)
        scale = 1 / (width * width)
        self.weights = nn.ParameterList(
            nn.Parameter(scale * torch.rand(width, width, *modes, dtype=torch.cfloat)) for _ in range(corners)
        )

    def forward(self, x):
        d = len(self.modes)
        grid = x.shape[-d:]
        spectrum = torch.fft.rfftn(x, dim=list(range(-d, 0)))
        out = torch.zeros(*x.shape[:2], *grid[:-1], grid[-1] // 2 + 1, dtype=torch.cfloat)
        letters = "xyz"[:d]
        for corner, weight in enumerate(self.weights):
            box = tuple(
                slice(-m, None) if (corner >> axis) & 1 else slice(0, m) for axis, m in enumerate(self.modes[:-1])
            ) + (slice(0, self.modes[-1]),)
            box = (slice(None), slice(None)) + box
            out[box] = torch.einsum(f"bi{letters},io{letters}->bo{letters}", spectrum[box], weight)
        return torch.fft.irfftn(out, s=grid, dim=list(range(-d, 0)))


class OriginalFNO(nn.Module):
    def __init__(self, grid, channels, modes, width, padding):
        super().__init__()
        d = len(grid)
        self.d = d
        self.pad = [round(p * n) for p, n in zip(padding, grid)]
        axes = [torch.linspace(0, 1, n) for n in grid]
        self.register_buffer("coordinates", torch.stack(torch.meshgrid(*axes, indexing="ij"), -1))
        self.lift = nn.Linear(channels + d, width)
        self.spectral = nn.ModuleList(SpectralConv(width, modes) for _ in range(4))
        convolution = [nn.Conv1d, nn.Conv2d, nn.Conv3d][d - 1]
        self.skip = nn.ModuleList(convolution(width, width, 1) for _ in range(4))
        self.first = nn.Linear(width, 128)
        self.second = nn.Linear(128, 1)

    def forward(self, x):
        x = torch.cat([x, self.coordinates.expand(x.shape[0], *self.coordinates.shape)], -1)
        x = self.lift(x).movedim(-1, 1)
        if any(self.pad):
            x = F.pad(x, [v for p in reversed(self.pad) for v in (0, p)])
        for i in range(4):
            x = self.spectral[i](x) + self.skip[i](x)
            if i < 3:
                x = F.gelu(x)
        for axis, p in enumerate(self.pad):
            if p:
                x = x.narrow(2 + axis, 0, x.shape[2 + axis] - p)
        return self.second(F.gelu(self.first(x.movedim(1, -1))))


def per_axis(value, dimensions):
    return value if isinstance(value, list) else [value] * dimensions


def original_fno(config):
    model, grid = config["model"], config["grid"]
    return OriginalFNO(
        grid,
        config.get("inputChannels", 1),
        per_axis(model["modes"], len(grid)),
        model["width"],
        per_axis(model.get("padding", 0), len(grid)),
    )


def neuraloperator_fno(config):
    from neuralop.models import FNO

    model, grid = config["model"], config["grid"]
    return FNO(
        n_modes=tuple(per_axis(model["modes"], len(grid))),
        hidden_channels=model["width"],
        in_channels=config.get("inputChannels", 1),
        out_channels=config.get("outputChannels", 1),
    )


def neuraloperator_tfno(config):
    from neuralop.models import TFNO

    model, grid = config["model"], config["grid"]
    return TFNO(
        n_modes=tuple(per_axis(model["modes"], len(grid))),
        hidden_channels=model["width"],
        in_channels=config.get("inputChannels", 1),
        out_channels=config.get("outputChannels", 1),
        lifting_channel_ratio=model.get("liftingRatio", 2),
        projection_channel_ratio=model.get("projectionRatio", 2),
        use_channel_mlp=model.get("mlpRatio", 0.5) > 0,
        factorization="Tucker",
        implementation="factorized",
        rank=model["rank"],
    )


# Model type: the function that builds its PyTorch twin from a configuration, and the axis of its channels.
TWINS = {
    "fno-original": (original_fno, -1),
    "fno": (neuraloperator_fno, 1),
    "deeponet": (DeepONet, -1),
    "lsm": (LSM, 1),
    "mgno": (MgNO, 1),
    "tfno": (neuraloperator_tfno, 1),
    "unet": (UNet, 1),
}


class Torch:
    def __init__(self, config):
        torch.manual_seed(0)
        twin, axis = TWINS[config["model"]["type"]]
        self.model = twin(config)
        batch, grid = config["training"]["batch"], config["grid"]
        channels = config.get("inputChannels", 1)
        outputs = config.get("outputChannels", 1)
        x, y = torch.randn(batch, *grid, channels), torch.randn(batch, *grid, outputs)
        self.x, self.y = (x, y) if axis == -1 else (x.movedim(-1, 1).contiguous(), y.movedim(-1, 1).contiguous())
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def step(self):
        self.optimizer.zero_grad()
        p, y = self.model(self.x).flatten(1), self.y.flatten(1)
        ((p - y).norm(dim=1) / y.norm(dim=1)).mean().backward()
        self.optimizer.step()

    def forward(self):
        with torch.no_grad():
            self.model(self.x)

    def time(self, run, steps):
        """Median of `steps` runs, or of as many as take PATIENCE seconds."""
        samples = []
        while len(samples) < steps and sum(samples) < 1e3 * PATIENCE:
            start = time.perf_counter()
            run()
            samples.append(1e3 * (time.perf_counter() - start))
        return statistics.median(samples)


def measure(opkit, path):
    """One case, in a process of its own so that the peak memory is the case's."""
    with open(path) as file:
        config = json.loads("\n".join(line for line in file if not line.strip().startswith("//")))
    torch.set_num_threads(THREADS)
    peer = Torch(config)
    steps = max(STEPS, round(1e3 * SECONDS / peer.time(peer.step, 5)))
    train, infer, memory = [], [], 0
    for _ in range(ROUNDS):
        command = [opkit, "bench", path, "--json", "--quiet", "--threads", str(THREADS), "--steps", str(steps)]
        mine = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        memory = max(memory, mine["peakMemoryBytes"])
        train.append((mine["stepMilliseconds"]["median"], peer.time(peer.step, steps)))
        infer.append((mine["forwardMilliseconds"]["median"], peer.time(peer.forward, steps)))
    torch_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = []
    for suffix, pairs in (("", train), ("-forward", infer)):
        ratios = [b / a for a, b in pairs]
        rows.append(
            {
                "case": os.path.splitext(os.path.basename(path))[0] + suffix,
                "opkitMs": statistics.median(a for a, _ in pairs),
                "torchMs": statistics.median(b for _, b in pairs),
                "ratio": statistics.median(ratios),
                "spread": (min(ratios), max(ratios)),
                "opkitMiB": memory / 2**20,
                "torchMiB": torch_memory,
            }
        )
    return rows


def main():
    if sys.argv[1] == "--case":
        print(json.dumps(measure(sys.argv[2], sys.argv[3])))
        return
    opkit, folder, output = sys.argv[1:4]
    cases = sys.argv[4:] or sorted(os.path.splitext(name)[0] for name in os.listdir(folder) if name.endswith(".json"))
    rows, failures = [], 0
    if sys.argv[4:] and os.path.exists(output):
        # Cases of an earlier run that are not asked for now stay in the file.
        with open(output) as file:
            asked = set(cases) | {case + "-forward" for case in cases}
            rows = [row for row in json.load(file) if row["case"] not in asked]
    print(f"PyTorch {torch.__version__}, {THREADS} threads each, medians of {ROUNDS} alternating rounds")
    print(f"{'case':26} {'opkit ms':>9} {'torch ms':>9} {'ratio':>6}  {'spread':>11} {'opkit MiB':>10} {'torch MiB':>10}")
    for case in cases:
        path = os.path.join(folder, case + ".json")
        command = [sys.executable, os.path.abspath(__file__), "--case", opkit, path]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            print(f"{case:26} not measured: {result.stderr.strip().splitlines()[-1] if result.stderr else 'failed'}")
            failures += 1
            continue
        for row in json.loads(result.stdout.splitlines()[-1]):
            spread = "–".join(f"{ratio:.1f}" for ratio in row.pop("spread"))
            rows.append(row)
            print(
                f"{row['case']:26} {row['opkitMs']:9.1f} {row['torchMs']:9.1f} {row['ratio']:6.2f}  {spread:>11}"
                f" {row['opkitMiB']:10.0f} {row['torchMiB']:10.0f}",
                flush=True,
            )
    with open(output, "w") as file:
        json.dump(rows, file, indent=2)
    if failures:
        sys.exit(f"{failures} of {len(cases)} cases were not measured")


if __name__ == "__main__":
    main()
