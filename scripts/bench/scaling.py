"""How much faster a training step is on two threads than on one, beside what the machine allows.

    scaling.py OPKIT [CASE ...]

Each round times one thread, two threads, and two programs of one thread that run at the same time, each on a core of
its own. The last says what two cores give when they share nothing but the machine: `programs` is the work both do in
the time that one alone needs for its own. Ratios are medians over rounds, and of the least times of all rounds.
"""

import json
import statistics
import subprocess
import sys

CASES = ["fno1d-1024", "fno2d-64", "neuralop-fno-64"]
ROUNDS = 7
STEPS = 25


def start(opkit, case, threads, core=None):
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    command = [opkit, "bench", f"configs/bench/{case}.json", "--json", "-q", "--threads", str(threads)]
    return subprocess.Popen([*pinned, *command, "--steps", str(STEPS)], stdout=subprocess.PIPE, text=True)


def finish(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(process.returncode)
    return json.loads(output)["stepMilliseconds"]


def main():
    opkit, cases = sys.argv[1], sys.argv[2:] or CASES
    print(f"{'case':18} {'threads':>8} {'of least':>9} {'programs':>9} {'of least':>9}   (medians of {ROUNDS} rounds)")
    for case in cases:
        ones, twos, pairs = [], [], []
        for _ in range(ROUNDS):
            ones.append(finish(start(opkit, case, 1)))
            twos.append(finish(start(opkit, case, 2)))
            pairs.append([finish(p) for p in [start(opkit, case, 1, core) for core in range(2)]])
        least = min(one["least"] for one in ones)
        threads = statistics.median(one["median"] / two["median"] for one, two in zip(ones, twos))
        programs = statistics.median(sum(one["median"] / p["median"] for p in pair) for one, pair in zip(ones, pairs))
        print(
            f"{case:18} {threads:8.2f} {least / min(two['least'] for two in twos):9.2f} {programs:9.2f}"
            f" {2 * least / min(p['least'] for pair in pairs for p in pair):9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
