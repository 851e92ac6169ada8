"""Sweeps `opkit bench` over widths, modes and grids, and over batch and grid points, in search of cliffs.

    sweep.py OPKIT OUTPUT.json

Every row is a whole training step of the 2-D Fourier neural operator. `of best` compares its GFLOP/s, divided by the
speed of one core that `opkit bench` measured beside it, with the best row of its table; the machine's speed changes
from minute to minute, and the quotient much less. Counts are those that the operations declare.
"""

import json
import subprocess
import sys

CONFIG = "configs/bench/fno2d-64.json"
THREADS = 2
STEPS = 5
WIDTHS = [8, 12, 16, 20, 24, 32, 33, 40, 48, 56, 64, 80, 96]
MODES = [4, 6, 8, 12, 16, 20, 24, 32, 40]
GRIDS = [32, 37, 48, 64, 85, 97, 128, 211, 256, 421]
BATCHES = [4, 8, 16, 32, 64]


def bench(opkit, width=32, modes=12, grid=64, batch=8):
    settings = {
        "model.width": width,
        "model.modes": modes,
        "grid": f"[{grid},{grid}]",
        "training.batch": batch,
    }
    flags = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    command = [opkit, "bench", CONFIG, "--json", "-q", "--threads", str(THREADS), "--steps", str(STEPS), *flags]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seconds = 1e-3 * report["stepMilliseconds"]["median"]
    speed = report["stepGigaflops"] / seconds
    return {
        "width": width,
        "modes": modes,
        "grid": grid,
        "batch": batch,
        "milliseconds": 1e3 * seconds,
        "gigaflops": speed,
        "efficiency": speed / (THREADS * report["calibration"]["gigaflopsPerCore"]),
        "flopsPerByte": report["stepGigaflops"] / report["stepGigabytes"],
        "gridMicroseconds": 1e6 * seconds / (batch * grid * grid),
    }


def table(opkit, title, variable, rows):
    print(f"\n{title}")
    print(f"{variable:>7} {'ms':>9} {'GFLOP/s':>8} {'of peak':>8} {'of best':>8} {'flop/byte':>10} {'µs/point':>9}")
    measured = [bench(opkit, **row) for row in rows]
    best = max(row["efficiency"] for row in measured)
    for row in measured:
        row["ofBest"] = row["efficiency"] / best
        print(
            f"{row[variable]:7} {row['milliseconds']:9.1f} {row['gigaflops']:8.1f} {row['efficiency']:8.0%}"
            f" {row['ofBest']:8.0%} {row['flopsPerByte']:10.1f} {row['gridMicroseconds']:9.4f}",
            flush=True,
        )
    return measured


def main():
    opkit, output = sys.argv[1:3]
    tables = {
        "widths": table(opkit, "width, at 12 modes, 64², batch 8", "width", [{"width": w} for w in WIDTHS]),
        "modes": table(
            opkit, "modes, at width 32, 96², batch 8", "modes", [{"modes": m, "grid": 96} for m in MODES]
        ),
        "grids": table(
            opkit, "points per axis, at width 32, 12 modes, batch 4", "grid", [{"grid": n, "batch": 4} for n in GRIDS]
        ),
        "batches": table(opkit, "batch, at width 32, 12 modes, 64²", "batch", [{"batch": b} for b in BATCHES]),
    }
    with open(output, "w") as file:
        json.dump(tables, file, indent=2)


if __name__ == "__main__":
    main()
