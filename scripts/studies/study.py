#!/usr/bin/env python3
"""Trains the arms of a comparison and prints their errors as a table.

usage: scripts/studies/study.py STUDY.json [--opkit PATH] [--runs DIR] [--threads N] [--seeds 0,1,2] [--arms A,B] [--table]

A study names what its arms share and how each of them differs:

  title      what is compared
  like       another study in the same folder, whose keys hold where this one has none of its own
  generate   datasets that are made where they are missing: [configuration, override or "--flag value", ...]
  config     training configuration of all arms
  set        overrides of all arms
  seeds      seeds of every arm
  arms       name -> {config, set, from (arm whose weights it starts from), data (another file to measure on), measure
             (overrides of its measurement alone)}
  vary       override -> values; every arm is run with each of them
  metrics    metrics of the table; tasks: field that names each sample's task
  resolutions  points along the first axis of the grids that the trained models are measured on

Arms whose results are there are not run again, and interrupted ones continue, so that a study may be run in pieces:
by arm, by seed, or until the time is over. --table prints what there is and trains nothing.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path


def overrides(values):
    return [word for value in values for word in ("--set", value)]


class Study:
    def __init__(self, arguments):
        self.arguments = arguments
        self.plan = self.read(Path(arguments.study))
        self.folder = Path(arguments.runs) / Path(arguments.study).stem
        self.seeds = arguments.seeds or self.plan.get("seeds", [0])
        self.arms = {k: v for k, v in self.plan["arms"].items() if not arguments.arms or k in arguments.arms}

    @staticmethod
    def read(path):
        plan = json.loads(path.read_text())
        if "like" in plan:
            plan = Study.read(path.parent / plan["like"]) | plan
        for key, choices in plan.pop("vary", {}).items():
            plan["arms"] = {
                f"{arm}-{choice}": settings | {"set": settings.get("set", []) + [f"{key}={choice}"]}
                for arm, settings in plan["arms"].items() for choice in choices}
        return plan

    def opkit(self, *words):
        return subprocess.run([self.arguments.opkit, *words], check=True, stdout=subprocess.PIPE, text=True).stdout

    def generate(self):
        for config, *rest in self.plan.get("generate", []):
            flags = [word for part in rest if part.startswith("--") for word in part.split()]
            values = [part for part in rest if not part.startswith("--")]
            output = next((v.partition("=")[2] for v in values if v.startswith("output=")), None)
            if output is None:
                lines = [line for line in Path(config).read_text().splitlines() if not line.lstrip().startswith("//")]
                output = json.loads("\n".join(lines))["output"]
            if not Path(output).exists():
                self.opkit("generate", config, *overrides(values), *flags, "--threads", str(self.arguments.threads))

    def run(self, arm, seed):
        """The results of one arm and seed, computed unless they are there."""
        settings, folder = self.plan["arms"][arm], self.folder / f"{arm}-{seed}"
        result = folder / "result.json"
        if result.exists() or self.arguments.table:
            return json.loads(result.read_text()) if result.exists() else None
        values = self.plan.get("set", []) + settings.get("set", []) + [f"seed={seed}"]
        if "from" in settings:
            self.run(settings["from"], seed)
            values.append(f"training.initializeFrom={self.folder / (settings['from'] + '-' + str(seed))}/last.safetensors")
        config = settings.get("config", self.plan.get("config"))
        threads = ["--threads", str(self.arguments.threads)]
        self.opkit("train", config, *overrides(values), *threads, "--resume", "auto", "-o", str(folder))
        words = ["eval", str(folder / "last.safetensors"), "--json", *threads, *overrides(settings.get("measure", []))]
        if "data" in settings:
            words += ["--data", settings["data"]]
        if "tasks" in self.plan:
            words += ["--tasks", self.plan["tasks"]]
        if "resolutions" in self.plan:
            words += ["--resolutions", ",".join(str(n) for n in self.plan["resolutions"])]
        result.write_text(self.opkit(*words))
        return json.loads(result.read_text())

    def errors(self, report):
        """Means of the metrics: of all samples, then of each task; or on each grid."""
        if "resolutions" in self.plan:
            for row in report["resolutions"]:
                for metric in self.plan.get("metrics", ["relativeL2"]):
                    yield (f"{row['grid'][0]} points", metric), row[metric]
            return
        for metric in self.plan.get("metrics", ["relativeL2"]):
            yield ("all", metric), report["metrics"][metric]["mean"]
            for name, means in report["metrics"].get("tasks", {}).items():
                yield (name, metric), means[metric]

    def table(self):
        print(f"# {self.plan['title']}\n")
        for arm in self.arms:
            values = {}
            for seed in self.seeds:
                report = self.run(arm, seed)
                for key, value in self.errors(report) if report else []:
                    values.setdefault(key, []).append(value)
            if not values:
                print(f"{arm:28} not run yet")
            for (task, metric), numbers in values.items():
                spread = f" ± {statistics.stdev(numbers):.2g}" if len(numbers) > 1 else ""
                print(f"{arm:28} {task:12} {metric:20} {statistics.mean(numbers):.4g}{spread}  ({len(numbers)} seeds)",
                      flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study")
    parser.add_argument("--opkit", default=".build/release/opkit")
    parser.add_argument("--runs", default="runs/studies")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--arms", type=lambda text: text.split(","))
    parser.add_argument("--table", action="store_true")
    study = Study(parser.parse_args())
    if not study.arguments.table:
        study.generate()
    study.table()
