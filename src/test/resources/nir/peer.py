"""What Python's nir makes of our files, and files of its own, for PythonNirTest; all values as JSON, none rounded."""

import json
import sys
from pathlib import Path

import nir
import numpy as np

SKIPPED = {"input_type", "output_type", "metadata", "nodes", "edges"}


def described(graph):
    """Types, parameters and edges of a graph, as nir has them."""
    nodes = {}
    for name, node in graph.nodes.items():
        fields = {} if not isinstance(node, nir.NIRGraph) else described(node)
        for field, value in vars(node).items():
            if field not in SKIPPED and value is not None:
                fields[field] = value if isinstance(value, str) else np.asarray(value, dtype=np.float64).tolist()
        if isinstance(node, (nir.Input, nir.Output)):
            fields["shape"] = np.asarray(next(iter(node.input_type.values())), dtype=np.float64).tolist()
        fields["type"] = type(node).__name__
        nodes[name] = fields
    return {"nodes": nodes, "edges": sorted([list(edge) for edge in graph.edges]), "metadata": graph.metadata}


def read(folder):
    """Describes every file of a folder, its types checked; files named wide_* go beyond what that check knows."""
    for file in sorted(Path(folder).glob("*.nir")):
        graph = nir.read(file, type_check=not file.name.startswith("wide_"))
        file.with_suffix(".json").write_text(json.dumps(described(graph)))


def write(folder, seed, count):
    """Writes random graphs, and what is in them."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        shape = (int(rng.integers(1, 7)),)
        nodes = [nir.Input(np.array(shape))]
        for _ in range(int(rng.integers(1, 6))):
            node, shape = random_node(rng, shape)
            nodes.append(node)
        nodes.append(nir.Output(np.array(shape)))
        names = [f"n{k}.{type(node).__name__}" for k, node in enumerate(nodes)]
        order = rng.permutation(len(nodes))
        edges = [(names[k - 1], names[k]) for k in range(1, len(names))]
        graph = nir.NIRGraph(nodes={names[k]: nodes[k] for k in order},
                             edges=[edges[k] for k in rng.permutation(len(edges))],
                             metadata={"note": f"graph {i}"} if i % 2 else {})
        file = Path(folder) / f"python_{i}.nir"
        nir.write(file, graph, compression="gzip" if i % 3 else None)
        file.with_suffix(".json").write_text(json.dumps(described(graph)))


def random_node(rng, shape):
    number = np.float32 if rng.integers(2) else np.float64

    def array(low, high, size=None):
        return rng.uniform(low, high, shape if size is None else size).astype(number)

    n = shape[0]
    kind = rng.integers(9)
    if kind < 3:
        out = int(rng.integers(1, 7))
        weight = array(-1, 1, (out, n))
        return (nir.Linear(weight) if kind == 0 else nir.Affine(weight, array(-1, 1, out))), (out,)
    zero = np.zeros(shape, number)
    tau = array(2e-4, 1e-2)
    if kind == 3:
        return nir.LIF(tau=tau, r=array(1, 9), v_leak=array(-1, 0), v_threshold=array(1, 2),
                       v_reset=array(-1, 0)), shape
    if kind == 4:
        return nir.CubaLIF(tau_syn=array(2e-4, 1e-2), tau_mem=tau, r=array(1, 9), v_leak=zero, v_threshold=array(1, 2),
                           v_reset=zero, w_in=array(1, 2)), shape
    if kind == 5:
        return nir.IF(r=array(1, 2), v_threshold=array(1, 2), v_reset=zero), shape
    if kind == 6:
        return nir.LI(tau=tau, r=array(1, 9), v_leak=array(-1, 0)), shape
    if kind == 7:
        return nir.Scale(scale=array(-1, 1)), shape
    return nir.Threshold(threshold=array(-1, 1)), shape


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
