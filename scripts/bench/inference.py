"""Measures what a user of `opkit infer` waits for, and what memory it takes.

    inference.py OPKIT WORK_FOLDER

Start-up: from the start of the process to its end, one sample through a small model; the least and the median of twenty
runs, beside those of `opkit --version`, which computes nothing. Memory: the largest resident memory of `infer` on 100
and on 4000 samples of the same grid, which must not grow with their number.
"""

import os
import statistics
import subprocess
import sys
import time

RUNS = 20


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def peak_mebibytes(*command):
    """Largest resident memory of a child process, from its own resource usage."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return usage.ru_maxrss / 1024


def milliseconds(*command):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run(*command)
        times.append(1e3 * (time.perf_counter() - start))
    return f"{min(times):.1f} ms least, {statistics.median(times):.1f} ms median"


def main():
    opkit, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)

    def path(name):
        return os.path.join(folder, name)

    heat = ["generate", "configs/generate/heat.json", "-q", "--force"]
    small = ["--set", "problem.points=64", "--set", "problem.snapshots=2"]
    for samples in (1, 100, 4000):
        run(opkit, *heat, *small, "--set", f"samples={samples}", "-o", path(f"heat-{samples}.h5"))
    with open(path("small.json"), "w") as file:
        file.write(
            '{"model": {"type": "fno-original", "modes": 12, "width": 32}, "training": {"epochs": 1, "batch": 20},'
            f' "data": {{"path": "{path("heat-100.h5")}", "train": 80, "test": 20}}}}'
        )
    run(opkit, "train", path("small.json"), "-o", path("run"), "--force", "-q")
    infer = [opkit, "infer", path("run/best.safetensors")]
    tail = ["-o", path("predictions.h5"), "--force", "-q"]
    print(f"start-up, --version        {milliseconds(opkit, '--version')}")
    print(f"start-up, infer 1 sample   {milliseconds(*infer, path('heat-1.h5'), *tail)}")
    for samples in (100, 4000):
        memory = peak_mebibytes(*infer, path(f"heat-{samples}.h5"), *tail)
        print(f"memory, infer {samples:4} samples {memory:.1f} MiB")


if __name__ == "__main__":
    main()
