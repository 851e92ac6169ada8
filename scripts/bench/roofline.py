"""Sets each benchmark's step beside its floor: the larger of its arithmetic and its traffic at this machine's speeds.

    roofline.py OPKIT CONFIG_FOLDER [CASE ...]

Flops and bytes are what the operations declare to `opkit bench`; an operation's bytes count each of its arrays once, so
that reuse in a cache from one operation to the next makes the floor lower than shown, and repeated passes make the
step slower. The machine's speeds are measured in the same run.
"""

import json
import os
import subprocess
import sys

THREADS = 2


def main():
    opkit, folder = sys.argv[1:3]
    cases = sys.argv[3:] or sorted(os.path.splitext(name)[0] for name in os.listdir(folder) if name.endswith(".json"))
    print("| case | GFLOP | GB | arithmetic, ms | traffic, ms | measured, ms | of the floor | most time in |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        path = os.path.join(folder, case + ".json")
        command = [opkit, "bench", path, "--json", "-q", "--threads", str(THREADS)]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        machine = report["calibration"]
        arithmetic = 1e3 * report["stepGigaflops"] / (THREADS * machine["gigaflopsPerCore"])
        traffic = 1e3 * report["stepGigabytes"] / (THREADS * machine["gigabytesPerSecondPerCore"])
        measured = report["stepMilliseconds"]["median"]
        costliest = ", ".join(f"{o['name']} {o['share']:.0%}" for o in report["operations"][:2])
        print(
            f"| {case} | {report['stepGigaflops']:.2f} | {report['stepGigabytes']:.2f} | {arithmetic:.1f}"
            f" | {traffic:.1f} | {measured:.1f} | {max(arithmetic, traffic) / measured:.0%} | {costliest} |",
            flush=True,
        )
    print(
        f"\nLast calibration: {machine['gigaflopsPerCore']:.0f} GFLOP/s and"
        f" {machine['gigabytesPerSecondPerCore']:.1f} GB/s a core, {THREADS} cores."
    )


if __name__ == "__main__":
    main()
