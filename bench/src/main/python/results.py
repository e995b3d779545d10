#!/usr/bin/env python3
"""Measures what the README says under "What it reaches", and prints it as Markdown.

Of snnTorch's side, times are measured; accuracies are figures of this file, from runs of the same settings.

  results.py --mnist DIR --braille DIR --out results/ BENCH_PEERS      everything again (some hours)
  results.py --out results/ --print                                    only print, of what is in results/
  results.py … --readme README.md                                      and write it between the README's marks

DIR are the folders of data that "spikelane train --data" takes; without one, its rows are left out. Accuracy is that
of some seeds, as "spikelane train" prints it at its end: of many where the test has few samples. What is not known here
goes to compare_peers.py, which is in this folder and measures speed beside other frameworks: BENCH_PEERS, --rounds,
--only, --onnx, --cores, --java, …
Results alone go to the standard output; progress, and the tables of compare_peers.py, to the standard error stream.
Build first: mvn -q -DskipTests package
"""
import argparse
import collections
import json
import os
import re
import statistics
import subprocess
import sys

import compare_peers

PYTHON = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(compare_peers.PROJECT, "src", "target", "spikelane", "bin", "spikelane")
MARKS = "<!-- results.py -->", "<!-- end of results.py -->"
ACCURACY = "accuracy.json"

# What snnTorch (1.0.0) reached: with the same network, settings and data, its mean, its range, and over how many seeds.
Task = collections.namedtuple("Task", "name hidden data arguments last_epoch seeds snntorch")
TASKS = [
    Task("spoken digits", "RLeaky, dense", None, "", False, 20, "92.8 (90.8–94.2; 10)"),
    Task("spoken digits", "no recurrence", None, "--neuron leaky --output-neuron rleaky", False, 20,
         "89.8 (88.1–91.1; 3)"),
    Task("Braille letters", "RLeaky, dense", "braille", "--data braille-letters", False, 10, "98.5 (3 seeds)"),
    Task("MNIST, 20,000 images, epoch 5", "Synaptic", "mnist", "--data mnist", True, 3, "94.5 (3 seeds)"),
]


# ------------------------------------------------------------------------------------------------ accuracy

def read_accuracy(out):
    path = os.path.join(out, ACCURACY)
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def measure_accuracy(folders, out):
    path = os.path.join(out, ACCURACY)
    there = read_accuracy(out)
    for task in TASKS:
        for command in commands(task):
            if command in there or (task.data and not folders[task.data]):
                continue
            words = command.split()[1:]
            if task.data:
                words[words.index("--data") + 1] = folders[task.data]
            print(command, file=sys.stderr, flush=True)
            done = subprocess.run([LAUNCHER, *words, "--model", os.path.join(out, "model.safetensors")], check=True,
                                  capture_output=True, text=True)
            there[command] = accuracy(done.stdout, task.last_epoch)
            with open(path, "w", encoding="utf-8") as f:
                json.dump(there, f, indent=1)
    return there


def commands(task):
    return [" ".join(f"spikelane train {task.arguments} --seed {seed}".split()) for seed in range(task.seeds)]


def accuracy(printed, last_epoch):
    """Per cent, of the last epoch or the mean of the last ones, which the command prints after it."""
    last = re.search(r"^test accuracy +([\d.]+)%.*mean of the last \d+ epochs ([\d.]+)%", printed, re.M)
    if not last:
        raise SystemExit("results.py: no test accuracy in what spikelane printed:\n" + printed)
    return float(last.group(1) if last_epoch else last.group(2))


def accuracy_table(there):
    lines = ["| data | hidden layer | ours: mean (range; seeds) | snnTorch: mean (range; seeds) | command |",
             "|---|---|---|---|---|"]
    for task in TASKS:
        of = [there[command] for command in commands(task) if command in there]
        if of:
            lines.append(f"| {task.name} | {task.hidden} | {statistics.mean(of):.1f} ({min(of):.1f}–{max(of):.1f};"
                         f" {len(of)}) | {task.snntorch} | `{commands(task)[0]}` |")
    return lines


# ------------------------------------------------------------------------------------------------ speed

NAMES = {
    "elem": "Synaptic alone, {n} neurons, 100 steps",
    "rleaky": "RLeaky, dense, {n} neurons, batch {batch}, 100 steps",
    "onm": "Linear and Synaptic, {n} to {n}, batch {batch}, 500 steps",
    "train mnist": "784-1000-10, Synaptic, batch {batch}, 25 steps: an iteration with Adam",
    "train shd": "700-256-20, RLeaky and Leaky, batch {batch}, 100 steps: an iteration with Adam",
    "serve mnist": "784-1000-10, batch {batch}: a request",
    "serve shd": "700-256-20, batch {batch}: a request",
}
WHAT = {"infer": "forward", "train": "forward and backward"}
PEERS = {"compile_synaptic": "torch.compile", "compilewhole_synaptic": "torch.compile",
         "compile_rleaky": "torch.compile", "spyx_cubalif": "Spyx", "spyx_rlif": "Spyx", "jax_synaptic": "JAX",
         "onnxruntime": "ONNX Runtime"}


def workload(goal):
    params = dict(p.split("=") for p in goal.params.split(","))
    name = NAMES.get(goal.item) or NAMES[f"{goal.item} {params['net']}"]
    what = WHAT.get(params.get("mode"), goal.phase if goal.item == "onm" else "")
    return name.format(**params) + (": " + what if what else "")


def speed_table(rounds):
    lines = ["| | ours, ms | × snnTorch | × the fastest other | rounds |", "|---|---|---|---|---|"]
    for goal in compare_peers.goals():
        by_snntorch = compare_peers.ratios(rounds, goal, goal.snntorch)
        measured = {peer: of for peer in goal.peers if (of := compare_peers.ratios(rounds, goal, peer))}
        if goal.least_snntorch is None:
            continue
        if not by_snntorch or not measured:
            lines.append(f"| {workload(goal)} | not measured | | | 0 |")
            continue
        best = min(measured, key=lambda peer: statistics.median(measured[peer]))
        lines.append(f"| {workload(goal)} | {compare_peers.milliseconds(rounds, goal, goal.ours.name)} "
                     f"| {times(by_snntorch)} | {times(measured[best])} {PEERS[best]} "
                     f"| {min(len(by_snntorch), len(measured[best]))} |")
    return [*lines, "", f"Medians of the rounds, both sides in turns on one core ({processor()})."
            f" Fewer than {compare_peers.ENOUGH_ROUNDS} rounds are provisional."]


def times(ratios):
    median = statistics.median(ratios)
    return f"{median:.0f}" if median >= 100 else f"{median:.3g}"


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            return re.search(r"^model name\s*: (.*)$", f.read(), re.M).group(1).strip()
    except (OSError, AttributeError):
        return "unknown processor"


# ------------------------------------------------------------------------------------------------ main

def write_between_marks(path, lines):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if any(text.count(mark) != 1 for mark in MARKS):
        raise SystemExit(f"results.py: expected {MARKS[0]} and {MARKS[1]} in {path}, once each")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    beside = path + ".tmp"
    with open(beside, "w", encoding="utf-8") as f:
        f.write(before + MARKS[0] + "\n" + "\n".join(lines) + "\n" + MARKS[1] + after)
    os.replace(beside, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="DIR", help="MNIST as IDX files")
    parser.add_argument("--braille", metavar="DIR", help="Braille letters as NPY files")
    parser.add_argument("--out", required=True, help="folder of what is measured; what is there is not measured again")
    parser.add_argument("--readme", metavar="FILE", help="file to write the tables to, between its marks")
    parser.add_argument("--print", action="store_true", dest="only_print", help="measure nothing")
    args, rest = parser.parse_known_args()
    if args.only_print and rest:
        parser.error("--print measures nothing; what are these for: " + " ".join(rest))
    if args.only_print and not os.path.isdir(args.out):
        parser.error(f"--out: no folder {args.out}")
    if not args.only_print and not os.path.exists(LAUNCHER):
        parser.error(f"{LAUNCHER} is not there; run mvn -q -DskipTests package")
    os.makedirs(args.out, exist_ok=True)
    # First, as it says at once if it does not take its options.
    if rest:
        compared = subprocess.run([sys.executable, os.path.join(PYTHON, "compare_peers.py"), *rest, "--out", args.out],
                                  stdout=sys.stderr)
        if compared.returncode:
            raise SystemExit(compared.returncode)
    folders = dict(mnist=args.mnist, braille=args.braille)
    there = read_accuracy(args.out) if args.only_print else measure_accuracy(folders, args.out)
    missing = [command for task in TASKS for command in commands(task) if command not in there]
    if args.readme and missing:
        parser.error("--readme: not measured, so that rows would be lost: " + "; ".join(missing))
    lines = accuracy_table(there)
    rounds = compare_peers.read_rounds(args.out)
    speed = speed_table(rounds) if rounds else []
    lines += ["", *speed] if speed else []
    print("\n".join(lines))
    if args.readme:
        write_between_marks(args.readme, lines)


if __name__ == "__main__":
    main()
