"""snnTorch beside our NIR files, for SnnTorchNirTest.

run:   reads our files and runs them: built from snnTorch's layers by hand, as its own importer fails on recurrence,
       scalars and resets; and where that importer works, through it as well.
make:  builds networks of snnTorch, exports them (by hand where its exporter fails), and records what they do.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

import nir
import numpy as np
import snntorch as snn
import torch
from snntorch.export_nir import export_to_nir
from snntorch.import_nir import import_from_nir

DT = 1e-4


def f32(values):
    return torch.tensor(np.asarray(values, dtype=np.float64), dtype=torch.float32)


class RSynaptic:
    """RSynaptic with immediate reset, which snnTorch 1.0.0 has not: that of its Synaptic, with recurrent current."""

    def __init__(self, alpha, beta, threshold, mechanism, recurrent):
        self.alpha, self.beta, self.threshold = alpha, beta, threshold
        self.mechanism, self.recurrent = mechanism, recurrent

    def __call__(self, x, spk, syn, mem):
        back = ((mem - self.threshold) > 0).float()
        syn = self.alpha * syn + x + self.recurrent(spk)
        mem = self.beta * mem + syn
        mem = mem - self.reset(back, mem)
        spk = ((mem - self.threshold) > 0).float()
        return spk, syn, mem - self.reset(spk - back, mem)

    def reset(self, share, mem):
        return {"subtract": share * self.threshold, "zero": share * mem, "none": 0 * mem}[self.mechanism]


class Back(torch.nn.Module):
    """A way back, in the form that snnTorch's neurons want."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


class Layer:
    """A node, with what comes back to it, as a layer with states of its own."""

    def __init__(self, node, back, settings, dt):
        self.node, self.state, self.offset = node, None, None
        mechanism = settings.get("reset_mechanism", "zero")
        delay = settings.get("reset_delay", False)
        if not isinstance(node, (nir.LIF, nir.CubaLIF, nir.IF)):
            return
        second = isinstance(node, nir.CubaLIF)
        tau = node.tau_mem if second else None if isinstance(node, nir.IF) else node.tau
        beta = torch.ones(node.r.shape) if tau is None else f32(1 - dt / tau)
        assert np.allclose(node.r * (1 if tau is None else dt / tau), 1, rtol=1e-6), "gain"
        if tau is not None and np.any(node.v_leak != 0):
            self.offset = f32(dt / tau * node.v_leak)
        common = {"beta": beta, "threshold": f32(node.v_threshold), "reset_mechanism": mechanism, "reset_delay": delay}
        if second:
            common["alpha"] = f32(1 - dt / node.tau_syn)
        if back is None:
            self.neuron = (snn.Synaptic if second else snn.Leaky)(**common)
            self.states = 2 if second else 1
            return
        recurrent = self.recurrence(back)
        self.states = 3 if second else 2
        if second and not delay:
            self.neuron = RSynaptic(common["alpha"], beta, common["threshold"], mechanism, recurrent)
        else:
            shape = {"all_to_all": False, "V": torch.ones(1)}
            self.neuron = (snn.RSynaptic if second else snn.RLeaky)(**common, **shape)
            self.neuron.recurrent = Back(recurrent)

    @staticmethod
    def recurrence(back):
        if isinstance(back, nir.Scale):
            return lambda s: s * f32(back.scale)
        if isinstance(back, nir.Conv2d):
            return lambda s: torch.nn.functional.conv2d(s, f32(back.weight), f32(back.bias), padding="same")
        weight = f32(back.weight)
        if np.array_equal(back.weight, np.diag(np.diag(back.weight))) and isinstance(back, nir.Linear):
            return lambda s: s * torch.diagonal(weight)
        return lambda s: torch.nn.functional.linear(s, weight, f32(back.bias) if isinstance(back, nir.Affine) else None)

    def step(self, x):
        n = self.node
        if isinstance(n, (nir.LIF, nir.CubaLIF, nir.IF)):
            if self.offset is not None:
                x = x + self.offset
            if self.state is None:
                self.state = [torch.zeros_like(x) for _ in range(self.states)]
            out = self.neuron(x, *self.state)
            # The spikes are carried by recurrent neurons only.
            self.state = list(out[-self.states:])
            return out[0]
        if isinstance(n, nir.Affine):
            return torch.nn.functional.linear(x, f32(n.weight), f32(n.bias))
        if isinstance(n, nir.Linear):
            return torch.nn.functional.linear(x, f32(n.weight))
        if isinstance(n, nir.Scale):
            return x * f32(n.scale)
        if isinstance(n, nir.Conv2d):
            padding = n.padding if isinstance(n.padding, str) else tuple(int(p) for p in n.padding)
            return torch.nn.functional.conv2d(x, f32(n.weight), f32(n.bias), tuple(int(s) for s in n.stride), padding,
                                              tuple(int(d) for d in n.dilation), int(n.groups))
        if isinstance(n, (nir.SumPool2d, nir.AvgPool2d)):
            size = tuple(int(k) for k in n.kernel_size)
            stride, padding = tuple(int(s) for s in n.stride), tuple(int(p) for p in n.padding)
            mean = torch.nn.functional.avg_pool2d(x, size, stride, padding)
            return mean * (size[0] * size[1]) if isinstance(n, nir.SumPool2d) else mean
        if isinstance(n, nir.Flatten):
            # Counted with the batch here.
            return torch.flatten(x, *(int(d) + (1 if d >= 0 else 0) for d in (n.start_dim, n.end_dim)))
        raise ValueError(type(n).__name__)


def layers(graph):
    """The nodes in a row, with their ways back."""
    dt = float(graph.metadata.get("dt", DT))
    settings = json.loads(graph.metadata.get("spikelane.layers", "{}"))
    edges = set(map(tuple, graph.edges))
    spiking = (nir.LIF, nir.CubaLIF, nir.IF)
    back = {a: b for a, b in edges if (b, a) in edges and not isinstance(graph.nodes[b], spiking)}
    row = []
    at = next(name for name, node in graph.nodes.items() if isinstance(node, nir.Input))
    while True:
        at = next(b for a, b in edges if a == at and b not in back.values())
        if isinstance(graph.nodes[at], nir.Output):
            return row
        weights = graph.nodes[back[at]] if at in back else None
        row.append(Layer(graph.nodes[at], weights, settings.get(at, {}), dt))


def run(folder):
    for file in sorted(Path(folder).glob("*.nir")):
        graph = nir.read(file, type_check=not file.name.startswith("wide_"))
        inputs = json.loads(file.with_suffix(".in.json").read_text())
        shape = [int(n) for n in next(iter(graph.input_type.values()))]
        x = f32(inputs).reshape(len(inputs), 1, *shape)
        row = layers(graph)
        spikes = []
        for step in x:
            for layer in row:
                step = layer.step(step)
            spikes.append(step.flatten().tolist())
        out = {"spikes": spikes}
        if file.name.startswith("import_"):
            with contextlib.redirect_stdout(io.StringIO()):
                imported = import_from_nir(graph)
            out["imported"] = [imported(step)[0].flatten().tolist() for step in x]
        file.with_suffix(".out.json").write_text(json.dumps(out))


def make(folder, seed, count):
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng(seed)

    def exact(*shape):
        """Multiples of 1/32: their sums are the same in any order."""
        return torch.round(32 * (2 * torch.rand(shape, generator=generator) - 1)) / 32

    for i in range(count):
        depth = 1 + i % 4
        sizes = [int(n) for n in rng.integers(2, 8, depth + 1)]
        delay, mechanism = bool(rng.integers(2)), ["subtract", "zero", "none"][rng.integers(3)]
        modules, kinds = [], []
        for k in range(depth):
            n = sizes[k + 1]
            fc = torch.nn.Linear(sizes[k], n, bias=bool(rng.integers(2)))
            fc.weight.data = exact(n, sizes[k])
            if fc.bias is not None:
                fc.bias.data = exact(n)
            beta, alpha = f32(rng.uniform(0.05, 0.99, n)), f32(rng.uniform(0.05, 0.95, n))
            common = {"threshold": f32(rng.uniform(0.3, 1.2, n)), "reset_mechanism": mechanism, "reset_delay": delay,
                      "init_hidden": True}
            kind = ["leaky", "synaptic", "rleaky", "rsynaptic"][rng.integers(3 if not delay else 4)]
            dense = {"all_to_all": True, "linear_features": n}
            if kind[0] == "r" and rng.integers(2):
                dense = {"all_to_all": False, "V": f32(rng.uniform(-0.5, 0.5, n))}
            lif = {"leaky": lambda: snn.Leaky(beta=beta, **common),
                   "synaptic": lambda: snn.Synaptic(alpha=alpha, beta=beta, **common),
                   "rleaky": lambda: snn.RLeaky(beta=beta, **dense, **common),
                   "rsynaptic": lambda: snn.RSynaptic(alpha=alpha, beta=beta, **dense, **common)}[kind]()
            if dense["all_to_all"] and kind[0] == "r":
                lif.recurrent.weight.data, lif.recurrent.bias.data = exact(n, n), exact(n)
            modules += [fc, lif]
            kinds.append(kind)
        net = torch.nn.Sequential(*modules)
        with torch.no_grad():
            x = torch.round(8 * 3 * torch.rand(30, 1, sizes[0], generator=generator)) / 8
            spikes = [net(step).flatten().tolist() for step in x]
        by_hand = i % 3 == 0
        graph = written(modules) if by_hand else exported(net, sizes[0])
        file = Path(folder) / f"python_{i}.nir"
        nir.write(file, graph)
        file.with_suffix(".json").write_text(json.dumps({
            "input": x.flatten(1).tolist(), "spikes": spikes, "mechanism": mechanism, "delay": delay, "kinds": kinds,
            "exporter": not by_hand}))


def exported(net, features):
    for module in net:
        if hasattr(module, "reset_mem"):
            module.reset_mem()
    with contextlib.redirect_stdout(io.StringIO()):
        return export_to_nir(net, torch.rand(1, features), ignore_dims=[0])


def written(modules):
    """What the exporter should write, in double, its sub-graphs left as they are."""
    def array(t):
        return t.detach().numpy().astype(np.float64)

    nodes, edges, last = {"input": nir.Input(np.array([modules[0].weight.shape[1]]))}, [], "input"
    for k, module in enumerate(modules):
        name, n = f"m{k}", None
        if isinstance(module, torch.nn.Linear):
            weight = array(module.weight)
            node = nir.Linear(weight) if module.bias is None else nir.Affine(weight, array(module.bias))
        else:
            beta, threshold = array(module.beta), array(module.threshold)
            n, zero = len(beta), np.zeros_like(beta)
            tau = DT / (1 - beta)
            if hasattr(module, "alpha"):
                syn = DT / (1 - array(module.alpha))
                node = nir.CubaLIF(tau_syn=syn, tau_mem=tau, r=tau / DT, v_leak=zero, v_threshold=threshold,
                                   v_reset=zero, w_in=syn / DT)
            else:
                node = nir.LIF(tau=tau, r=tau / DT, v_leak=zero, v_threshold=threshold, v_reset=zero)
            if hasattr(module, "recurrent"):
                back = (nir.Affine(array(module.recurrent.weight), array(module.recurrent.bias)) if module.all_to_all
                        else nir.Linear(np.diag(array(module.recurrent.V))))
                node = nir.NIRGraph(
                    nodes={"input": nir.Input(np.array([n])), "lif": node, "w_rec": back,
                           "output": nir.Output(np.array([n]))},
                    edges=[("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")])
        nodes[name] = node
        edges.append((last, name))
        last = name
    nodes["output"] = nir.Output(np.array([len(modules[-1].beta)]))
    return nir.NIRGraph(nodes=nodes, edges=edges + [(last, "output")])


if __name__ == "__main__":
    torch.set_num_threads(1)
    with torch.no_grad():
        if sys.argv[1] == "run":
            run(sys.argv[2])
        else:
            make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
