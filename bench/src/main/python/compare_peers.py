#!/usr/bin/env python3
"""Runs Spikelane beside other frameworks, in turns, and prints the ratios of their times as Markdown.

  compare_peers.py BENCH_PEERS --out rounds/                   five rounds of everything, on one core (some hours)
  compare_peers.py BENCH_PEERS --out rounds/ --only 'elem*'    of the rows whose name matches
  compare_peers.py --out rounds/ --rounds 0                    only the table, of the rounds that are there
  compare_peers.py --list                                      the rows, their goals, and what is run for them

Tables go to the standard output, progress to the standard error stream.

BENCH_PEERS is the path of bench_peers.py, the peers' own benchmark, which is no part of this project. PEERS_PY and
PEERS_JAX_PY name the interpreters that have torch, snntorch, … and jax, spyx. Build first: mvn -q -DskipTests package

A round runs, row by row, snnTorch, the peers and Spikelane, one right after the other on the same core, and writes what
they print to OUT/round-K.json. A round that is there already goes on where it stopped: a row is skipped if all of its
records are there. From the second round on, peers that the first showed to be no match for a row's fastest are left
out of it, and those that failed. A ratio is the median over the rounds of the peer's median divided by that of ours. A
row is met if both of its ratios reach their goals. Records with a cpu_share below 0.9 are not counted, and said: the
core was shared.

ONNX Runtime has no place in BENCH_PEERS. --onnx CMD names a command that prints, for each case of `serve`, a line
  onnxruntime NET B=BATCH p50 X ms ...
It is run once a round.

--limits measures what one core of this machine can do (RooflineBenchmark, two minutes), writes it to OUT/limits.json,
and adds the sums of limits that trainings are made of: the recurrent layer's, and those of item train.
"""
import argparse
import collections
import fnmatch
import glob
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys

PROJECT = os.path.abspath(os.path.join(os.path.dirname(__file__), *[".."] * 4))
JAR = os.path.join(PROJECT, "bench", "target", "benchmarks.jar")
MAIN = "org.spikelane.peers.PeerBenchmark"

# Peers with the same equations that were the fastest, or close to it, in some row. The others never were.
SECOND_ORDER = ["compile_synaptic", "spyx_cubalif", "jax_synaptic"]
RECURRENT = ["compile_rleaky", "spyx_rlif"]

Goal = collections.namedtuple("Goal", "item params phase ours snntorch peers least_snntorch least_best")
"""A row: an item's case and phase, our name in it, and the ratios that are wanted; None where none is."""

Ours = collections.namedtuple("Ours", "name options")
SPIKELANE = Ours("spikelane", "")
SPIKELANE_RLEAKY = Ours("spikelane_rleaky", "--neuron rleaky")

# The collector of bin/spikelane, and a heap that is there from the start. In one that grows, the collector copies what a
# repetition allocated to fresh pages, and their faults took ten times as long as elem's 262144 neurons themselves.
JAVA_OPTIONS = "-XX:+UseParallelGC -Xms4g -Xmx4g -XX:+AlwaysPreTouch -XX:+UseTransparentHugePages"

JAVA_VERSION = 25
ENOUGH_ROUNDS = 5

# Peers that took longer than so many times the fastest one are measured once.
NO_MATCH = 1.5

# Of item train, as ClassifierNetwork has them: inputs, hidden and output neurons, and how often an input of shd spikes.
SIZES = {"mnist": (784, 1000, 10), "shd": (700, 256, 20)}
INPUT_RATE = 0.02

# Bytes that a second-level cache holds beside what is streamed through it.
SECOND_LEVEL = 1 << 20

MEMORY_BYTES = 4.5
SCRATCH = 32 << 20


def goals():
    rows = []

    def add(item, params, phase, snntorch, peers, least_snntorch, least_best, ours=SPIKELANE):
        rows.append(Goal(item, params, phase, ours, snntorch, peers, least_snntorch, least_best))

    synaptic = "snntorch_synaptic"
    whole = SECOND_ORDER + ["compilewhole_synaptic"]
    for n, least, best in ((16384, 80, 3.5), (262144, 25, 3)):
        add("elem", f"n={n},batch=1,steps=100,mode=infer", "forward", synaptic, whole, least, best)
    for n, least, best in ((16384, 45, 5), (262144, 14, 5)):
        add("elem", f"n={n},batch=1,steps=100,mode=train", "total", synaptic, whole, least, best)
    for mode, phase in (("infer", "forward"), ("train", "total")):
        for n in (512, 1024, 2048):
            for batch in (16, 128):
                case = f"n={n},batch={batch},steps=100,mode={mode}"
                least, best = (8, 3) if mode == "infer" else (5 if batch == 16 else 3.5, 2.5)
                add("rleaky", case, phase, "snntorch_rleaky", RECURRENT, least, best)
    mnist = [peer for peer in SECOND_ORDER if peer != "jax_synaptic"]
    add("train", "net=mnist,batch=128,steps=25", "iteration", synaptic, mnist, 15, 5)
    add("train", "net=shd,batch=64,steps=100", "iteration", "snntorch_rleaky", RECURRENT, 10, 6)
    add("serve", "net=mnist,batch=1,steps=25", "latency", synaptic, mnist + ["onnxruntime"], 150, 2.5)
    add("serve", "net=shd,batch=1,steps=100", "latency", "snntorch_rleaky", RECURRENT + ["onnxruntime"], 150, 4)
    add("serve", "net=mnist,batch=128,steps=25", "latency", synaptic, mnist + ["onnxruntime"], 30, 2)
    add("serve", "net=shd,batch=128,steps=100", "latency", "snntorch_rleaky", RECURRENT + ["onnxruntime"], 12, 8)
    for n in (512, 1024, 4096):
        for phase in ("forward", "backward"):
            add("onm", f"n={n},batch=16,steps=500", phase, synaptic, SECOND_ORDER, 2.5, 1.15)
    for n in (512, 1024):
        for phase in ("forward", "backward"):
            add("onm", f"n={n},batch=16,steps=500", phase, "snntorch_rleaky", RECURRENT, None, None, SPIKELANE_RLEAKY)
    return rows


def row_name(goal):
    return f"{goal.item}/{goal.ours.name}/{goal.params}/{goal.phase}"


def suffix(goal):
    return "" if goal.ours == SPIKELANE else " (RLeaky)"


def text(params):
    return ",".join(f"{k}={v}" for k, v in params.items())


def value(params, name):
    return int(dict(p.split("=") for p in params.split(","))[name])


# ------------------------------------------------------------------------------------------------ Java

def java_version(java):
    """The major version of a program, 0 if it is no java."""
    try:
        printed = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    except OSError:
        return 0
    found = re.search(r' version "(\d+)', printed)
    return int(found.group(1)) if found else 0


def find_java():
    """Looks where bin/spikelane does first; "java" if there is none of the version wanted."""
    places = [os.environ.get("SPIKELANE_JAVA"), os.path.join(os.environ.get("JAVA_HOME", ""), "bin", "java"),
              shutil.which("java"), *sorted(glob.glob("/usr/lib/jvm/*/bin/java"))]
    return next((java for java in places if java and java_version(java) >= JAVA_VERSION), "java")


# ------------------------------------------------------------------------------------------------ rounds

def key(record):
    return record["item"], record["impl"], text(record["params"])


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return {key(r): r for r in json.load(f)["records"]}
    except FileNotFoundError:
        return {}


def read_rounds(out):
    return [read(path) for path in sorted(glob.glob(os.path.join(out, "round-*.json")))]


def command(args, ours):
    jvm = f"{args.java} --add-modules=jdk.incubator.vector {args.java_options}"
    return f"{jvm} -cp {shlex.quote(JAR)} {MAIN} {ours.options}".strip()


def run_round(args, rows, path, first):
    """``first``: the records of the first round, empty if this is it."""
    cases = collections.OrderedDict()
    for goal in rows:
        impls = cases.setdefault((goal.item, goal.params, goal.ours), [])
        wanted = [goal.snntorch, *matches(goal, first)]
        impls += [impl for impl in wanted if impl not in impls and impl != "onnxruntime"]
    for (item, params, ours), impls in cases.items():
        there = read(path)
        if all((item, impl, params) in there for impl in [*impls, ours.name]):
            continue
        print(f"{os.path.basename(path)}: {item} {params} {ours.name}", file=sys.stderr, flush=True)
        only = [word for impl in [*impls, ours.name] for word in ("--only", f"{item}/{impl}/{params}")]
        subprocess.run([*shlex.split(args.prefix), sys.executable, args.bench_peers, "--cores", args.cores, *only,
                        "--external", f"{ours.name}={command(args, ours)}", "--out", path], check=True,
                       stdout=sys.stderr)
    if args.onnx and any("onnxruntime" in goal.peers for goal in rows):
        add_onnx(args, path)


def matches(goal, first):
    """The peers that may be a row's fastest."""
    times = {peer: seconds(first.get((goal.item, peer, goal.params)), goal.phase) for peer in goal.peers}
    fastest = min((t for t in times.values() if t), default=None)
    if not fastest:
        return goal.peers
    return [peer for peer in goal.peers if times[peer] and times[peer] <= NO_MATCH * fastest]


def add_onnx(args, path):
    there = read(path)
    if any(impl == "onnxruntime" for _, impl, _ in there):
        return
    out = subprocess.run([*shlex.split(args.prefix), "taskset", "-c", args.cores, *shlex.split(args.onnx)], check=True,
                         capture_output=True, text=True).stdout
    print(out, end="", file=sys.stderr, flush=True)
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    for net, batch, ms in re.findall(r"^onnxruntime (\w+) B=(\d+) p50 ([\d.]+) ms", out, re.M):
        params = dict(net=net, batch=int(batch), steps=25 if net == "mnist" else 100)
        document["records"].append(dict(item="serve", impl="onnxruntime", params=params, threads=1,
                                        latency=dict(p50=float(ms) / 1e3)))
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f, indent=1)


# ------------------------------------------------------------------------------------------------ table

def seconds(record, phase):
    """A record's time, or None if it has none that counts."""
    if not record or "error" in record or record.get("cpu_share", 1) < 0.9:
        return None
    times = record.get(phase)
    return times and times.get("p50", times.get("median"))


def ratios(rounds, goal, impl):
    """Of each round in which both sides were measured, impl's time by ours."""
    of = []
    for records in rounds:
        theirs = seconds(records.get((goal.item, impl, goal.params)), goal.phase)
        own = seconds(records.get((goal.item, goal.ours.name, goal.params)), goal.phase)
        if theirs and own:
            of.append(theirs / own)
    return of


def shown(of, least):
    if not of:
        return "not measured"
    return f"{statistics.median(of):.3g} [{min(of):.3g}..{max(of):.3g}]" + (f" (≥ {least:g})" if least else "")


def milliseconds(rounds, goal, impl):
    of = [seconds(records.get((goal.item, impl, goal.params)), goal.phase) for records in rounds]
    of = [s for s in of if s]
    return f"{statistics.median(of) * 1e3:.4g}" if of else ""


def print_ratios(rounds, rows):
    print("| item | case | phase | ours, ms | snnTorch / ours | best peer / ours | best peer | rounds | met |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    met = wanted = 0
    provisional = False
    for goal in rows:
        by_snntorch = ratios(rounds, goal, goal.snntorch)
        by_peer = {peer: ratios(rounds, goal, peer) for peer in goal.peers}
        measured = {peer: of for peer, of in by_peer.items() if of}
        best = min(measured, key=lambda peer: statistics.median(measured[peer]), default=None)
        by_best = measured.get(best, [])
        verdict = ""
        if goal.least_snntorch:
            wanted += 1
            reached = [bool(of) and statistics.median(of) >= least
                       for of, least in ((by_snntorch, goal.least_snntorch), (by_best, goal.least_best))]
            verdict = "yes" if all(reached) else "no" if by_snntorch and by_best else "?"
            met += verdict == "yes"
        fewest = min(len(by_snntorch), len(by_best)) if best else len(by_snntorch)
        provisional |= fewest < ENOUGH_ROUNDS
        ours = milliseconds(rounds, goal, goal.ours.name)
        print(f"| {goal.item}{suffix(goal)} | {goal.params} | {goal.phase} | {ours} "
              f"| {shown(by_snntorch, goal.least_snntorch)} | {shown(by_best, goal.least_best)} | {best or ''} "
              f"| {fewest} | {verdict} |")
    print(f"\n{met} of {wanted} goals met. Medians over the rounds [least..most], goals in brackets."
          + (f" Rows of fewer than {ENOUGH_ROUNDS} rounds are provisional." if provisional else ""))


def print_list(rows):
    heads = "row: item/ours/case/phase", "x snnTorch", "x best peer", "snnTorch's", "peers"
    cells = [heads]
    for goal in rows:
        wanted = (f"{least:g}" if least else "none" for least in (goal.least_snntorch, goal.least_best))
        cells.append((row_name(goal), *wanted, goal.snntorch, " ".join(goal.peers)))
    widths = [max(len(row[c]) for row in cells) for c in range(len(heads))]
    lines = ["A row's goals: how many times as fast as snnTorch, and as the best of the peers, ours has to be. Then what"
             " is run for it,", "as BENCH_PEERS names it. Patterns of --only are of the first column.", ""]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
    print("\n".join(lines))


def print_faults(rounds, rows):
    wanted = {(g.item, impl, g.params) for g in rows for impl in [g.snntorch, *g.peers, g.ours.name]}
    for i, records in enumerate(rounds):
        for k, record in records.items():
            if k in wanted and "error" in record:
                print(f"- round {i + 1}: {'/'.join(k)}: {record['error'][:160]}")
            elif k in wanted and record.get("cpu_share", 1) < 0.9:
                print(f"- round {i + 1}: {'/'.join(k)}: not counted, it had {record['cpu_share']} of the core")


def print_memory(rounds, rows):
    """What training holds beside its inputs, parameters and results, outside the heap, too."""
    lines = []
    seen = set()
    for goal in rows:
        own = [r for r in (records.get((goal.item, goal.ours.name, goal.params)) for records in rounds) if r]
        own = [r for r in own if "held_bytes" in r]
        training = goal.item in ("onm", "train") or "mode=train" in goal.params
        if not own or not training or (goal.item, goal.ours, goal.params) in seen:
            continue
        seen.add((goal.item, goal.ours, goal.params))
        allowed = own[0]["neuron_steps"] * MEMORY_BYTES + SCRATCH
        held = statistics.median(r["held_bytes"] - r["given_bytes"] - r["result_bytes"] for r in own)
        allocated = statistics.median(r["allocated_bytes"] for r in own)
        lines.append(f"| {goal.item}{suffix(goal)} | {goal.params} | {allowed / 1e6:.1f} | {held / 1e6:.1f} "
                     f"| {allocated / 1e6:.2f} | {'yes' if held <= allowed else 'no'} |")
    if not lines:
        return
    print(f"\n### Memory: at most {MEMORY_BYTES} bytes per neuron and step, and {SCRATCH >> 20} MB, beside inputs,"
          " outputs, parameters and their gradients\n")
    print("| item | case | MB allowed | MB held | MB allocated in a repetition | within |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(lines))
    print("\nHeld: by all objects after a repetition, outside the heap, too, less inputs, parameters and gradients of"
          " parameters.\nGradients of inputs lie where the tape was.")


# ------------------------------------------------------------------------------------------------ limits

def measure_limits(args, path):
    raw = path + ".jmh"
    subprocess.run([*shlex.split(args.prefix), "taskset", "-c", args.cores.split(",")[0], args.java, "-jar", JAR,
                    "RooflineBenchmark", "-f", "1", "-rf", "json", "-rff", raw,
                    "-p", "kilobytes=" + ",".join(str(1 << k) for k in range(4, 19, 2))], check=True,
                   stdout=sys.stderr)
    with open(raw, encoding="utf-8") as f:
        results = json.load(f)
    limits = dict(fma=0.0, read={}, copy={})
    for result in results:
        what = result["benchmark"].rsplit(".", 1)[1]
        score = result["primaryMetric"]["score"]
        if what == "fma":
            limits["fma"] = score
        else:
            limits[what][result["params"]["kilobytes"]] = score
    os.remove(raw)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(limits, f, indent=1)


def bandwidth(curve, size):
    """GB/s of the smallest memory measured that holds as much."""
    sizes = sorted(int(k) for k in curve)
    return curve[str(next((k for k in sizes if k * 1024 >= size), sizes[-1]))]


def recurrent_training_limit(limits, n, batch, steps, rate):
    """Seconds that each part of RLeaky's training takes at least.

    The product of spikes: an addition of four bytes from the matrix for each spike and neuron, at the bandwidth of the
    memory that holds [N][N]; or, if that is sooner, as a dense product. The gradient of the spikes before: a dense
    product, 2*B*T*N*N operations. The gradient of the weights: as many additions as the product of spikes, no more than
    the dense product multiplies, which other units can do beside it in no time of their own. The rest: x read, mem
    written, mem read, dL/dx written, 16 bytes per neuron and step, at the bandwidth of a copy of as much.
    """
    rows = batch * steps
    dense = 2.0 * rows * n * n / limits["fma"] * 1e-9
    events = min(dense, 4.0 * rate * rows * n * n / bandwidth(limits["read"], 4 * n * n) * 1e-9)
    elementwise = 16.0 * rows * n / bandwidth(limits["copy"], 8 * rows * n) * 1e-9
    return {"spikes×W": events, "g×W beside spikesᵀ×g": dense, "element-wise": elementwise}


def classifier_training_limit(limits, net, batch, steps, rate):
    """Seconds that each part of an iteration takes at least, as above.

    Elements: a tape written and read, gradients likewise, 16 bytes per neuron and step, in a second-level cache. Input:
    read once, and for mnist, where it is constant, multiplied once a sample, densely. Update: the gradient written; w,
    g, m and v read; w, m, v and a packed copy of w written, 36 bytes a weight.
    """
    inputs, hidden, outputs = SIZES[net]
    rows = batch * steps
    recurrent = net == "shd"

    def dense(of_rows, k, n):
        return 2.0 * of_rows * k * n / limits["fma"] * 1e-9

    def spikes(k, n, of):
        return min(dense(rows, k, n), 4.0 * of * rows * k * n / bandwidth(limits["read"], 4 * k * n) * 1e-9)

    of_input = 4.0 * inputs * (rows if recurrent else batch)
    weights = inputs * hidden + hidden * outputs + (hidden * hidden if recurrent else 0)
    return {
        "input": of_input / bandwidth(limits["read"], of_input) * 1e-9
                 + 2 * (spikes(inputs, hidden, INPUT_RATE) if recurrent else dense(batch, inputs, hidden)),
        "recurrence": spikes(hidden, hidden, rate) + dense(rows, hidden, hidden) if recurrent else 0.0,
        "readout": 2 * spikes(hidden, outputs, rate) + dense(rows, hidden, outputs),
        "element-wise": 16.0 * rows * (hidden + outputs) / bandwidth(limits["copy"], SECOND_LEVEL) * 1e-9,
        "update": 36.0 * weights / bandwidth(limits["copy"], 20 * weights) * 1e-9}


def print_limits(rounds, rows, limits):
    by_size = ", ".join(f"{k}: {v:.0f}" for k, v in limits["read"].items())
    print(f"\n### Trainings beside the sums of their limits: {limits['fma']:.0f} GF/s, GB/s read by KB {by_size}\n")
    print("| case | rate | limits, ms | sum, ms | ours, ms | ours / sum |")
    print("| --- | --- | --- | --- | --- | --- |")
    for goal in rows:
        own = [r for r in (records.get((goal.item, goal.ours.name, goal.params)) for records in rounds)
               if seconds(r, goal.phase)]
        if not own:
            continue
        rate = own[0]["rate"]
        if goal.item == "rleaky" and "mode=train" in goal.params:
            n, batch, steps = (value(goal.params, k) for k in ("n", "batch", "steps"))
            parts = recurrent_training_limit(limits, n, batch, steps, rate)
        elif goal.item == "train":
            net = dict(p.split("=") for p in goal.params.split(","))["net"]
            batch, steps = (value(goal.params, k) for k in ("batch", "steps"))
            parts = classifier_training_limit(limits, net, batch, steps, rate)
        else:
            continue
        total = sum(parts.values())
        took = statistics.median(seconds(r, goal.phase) for r in own)
        print(f"| {goal.item} {goal.params} | {rate:.3f} | "
              + ", ".join(f"{name} {part * 1e3:.3g}" for name, part in parts.items() if part)
              + f" | {total * 1e3:.3g} | {took * 1e3:.4g} | {took / total:.2f} |")


# ------------------------------------------------------------------------------------------------ main

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_peers", nargs="?", help="path of bench_peers.py")
    parser.add_argument("--out", help="folder of the rounds")
    parser.add_argument("--rounds", type=int, default=ENOUGH_ROUNDS, help="to be there at the end; 0 only prints")
    parser.add_argument("--only", action="append", default=[], help="pattern of row names, see --list; repeatable")
    parser.add_argument("--cores", default="1", help="as bench_peers.py has it")
    parser.add_argument("--java", help="the java of a JDK 25 or later (default: the first that is found)")
    parser.add_argument("--java-options", default=JAVA_OPTIONS, help="flags of the JVM (default: %(default)s)")
    parser.add_argument("--onnx", help="command that measures ONNX Runtime")
    parser.add_argument("--prefix", default="", help="goes before every command that measures, as in 'nice -n -5'")
    parser.add_argument("--limits", action="store_true", help="measure the machine's limits, too")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    rows = [g for g in goals() if not args.only or any(fnmatch.fnmatch(row_name(g), p) for p in args.only)]
    if args.list:
        print_list(rows)
        return
    if not args.out or (args.rounds and not args.bench_peers) or not rows:
        parser.error("no row matches --only" if not rows else "expected BENCH_PEERS and --out, or --out and --rounds 0")
    if (args.rounds or args.limits) and not os.path.exists(JAR):
        parser.error(f"{JAR} is not there; run mvn -q -DskipTests package")
    if args.rounds and not os.path.exists(args.bench_peers):
        parser.error(f"BENCH_PEERS: {args.bench_peers} is not there")
    if args.rounds or args.limits:
        args.java = args.java or find_java()
        if java_version(args.java) < JAVA_VERSION:
            parser.error(f"--java: expected the java of a JDK {JAVA_VERSION} or later, got {args.java}")
        os.makedirs(args.out, exist_ok=True)
    elif not glob.glob(os.path.join(args.out, "round-*.json")):
        parser.error(f"--out: no rounds in {args.out}")
    limits = os.path.join(args.out, "limits.json")
    if args.limits:
        measure_limits(args, limits)
    first = os.path.join(args.out, "round-1.json")
    for i in range(args.rounds):
        run_round(args, rows, os.path.join(args.out, f"round-{i + 1}.json"), read(first) if i else {})
    rounds = read_rounds(args.out)
    print_ratios(rounds, rows)
    print_faults(rounds, rows)
    print_memory(rounds, rows)
    if os.path.exists(limits):
        with open(limits, encoding="utf-8") as f:
            print_limits(rounds, rows, json.load(f))


if __name__ == "__main__":
    main()
