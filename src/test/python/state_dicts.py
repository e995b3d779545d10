"""The other side of PeerStateDictTest: networks in PyTorch and snnTorch.

  python state_dicts.py run FOLDER             runs the networks that Java wrote: FOLDER/N.json, N.pt, N.x.safetensors
  python state_dicts.py make FOLDER SEED N     writes networks for Java to read, and what they do

Weights and inputs are multiples of powers of two, so that every sum is exact and its order of no account.
"""

import json
import random
import struct
import sys
from pathlib import Path

import snntorch as snn
import torch
from torch import nn

try:
    from safetensors.torch import save_file
except ImportError:  # The layout is short enough to write it here.
    save_file = None

DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def write_safetensors(path, tensors):
    tensors = {k: v.detach().contiguous().clone() for k, v in tensors.items()}
    if save_file is not None:
        save_file(tensors, path)
        return
    header, at, data = {}, 0, b""
    for name, t in tensors.items():
        raw = bytes(t.reshape(-1).view(torch.uint8).tolist())
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        data += raw
    text = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    tensors = {}
    for name, entry in json.loads(raw[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = torch.frombuffer(bytearray(raw[8 + length + begin:8 + length + end]), dtype=torch.float32)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


class Net(nn.Module):
    """Layers by name; a description as Spikelane keeps it, complete."""

    def __init__(self, description, shapes):
        super().__init__()
        self.description = description
        channels = description["input"][0]
        for layer in description["layers"]:
            name = layer["name"]
            self.add_module(name, module(layer, channels, lambda p, n=name: shapes.get(f"{n}.{p}")))
            channels = layer.get("out", channels)

    def run(self, x):
        """x [T, B, ...]; every neuron layer's spikes and membranes, [T, B, ...]."""
        spikes, membranes, states = {}, {}, {}
        for step in x:
            for layer in self.description["layers"]:
                name, lif = layer["name"], getattr(self, layer["name"])
                if not isinstance(lif, snn.SpikingNeuron):
                    step = lif(step)
                    continue
                zero = torch.zeros_like(step)
                # Leaky: mem; Synaptic: syn, mem; RLeaky: spk, mem; RSynaptic: spk, syn, mem.
                count = {"Leaky": 1, "Synaptic": 2, "RLeaky": 2, "RSynaptic": 3}[layer["type"]]
                out = lif(step, *states.get(name, [zero] * count))
                states[name] = out[1:] if count == len(out) - 1 else out
                step = out[0]
                spikes.setdefault(name, []).append(out[0])
                membranes.setdefault(name, []).append(out[-1])
        records = {f"{name}.spk": torch.stack(values) for name, values in spikes.items()}
        records.update({f"{name}.mem": torch.stack(values) for name, values in membranes.items()})
        return records


def module(layer, channels, shape):
    kind = layer["type"]
    if kind == "Linear":
        return nn.Linear(shape("weight")[1], layer["out"], bias=layer["bias"])
    if kind == "Conv2d":
        return nn.Conv2d(channels, layer["out"], layer["kernel"], bias=layer["bias"])
    if kind == "Flatten":
        return nn.Flatten()

    def like(parameter):
        return torch.zeros(shape(parameter)) if shape(parameter) else 0.5

    settings = dict(beta=like("beta"), threshold=like("threshold"), reset_mechanism=layer["reset_mechanism"],
                    reset_delay=layer["reset_delay"])
    if kind == "Leaky":
        return snn.Leaky(**settings)
    if kind == "Synaptic":
        return snn.Synaptic(alpha=like("alpha"), **settings)
    recurrent = layer["recurrent"]
    if recurrent["kind"] == "one_to_one":
        settings.update(all_to_all=False, V=like("V"), learn_recurrent=recurrent["learn"])
    elif recurrent["kind"] == "linear":
        settings.update(linear_features=shape("recurrent.weight")[0])
    else:
        settings.update(conv2d_channels=channels, kernel_size=recurrent["kernel_height"])
    if kind == "RLeaky":
        lif = snn.RLeaky(**settings)
    else:
        lif = snn.RSynaptic(alpha=like("alpha"), **settings)
    if recurrent["kind"] == "linear" and not recurrent["bias"]:
        lif.recurrent.bias = None
    return lif


def run(folder):
    for path in sorted(folder.glob("*.json")):
        description = json.loads(path.read_text())
        state = torch.load(path.with_suffix(".pt"), weights_only=True)
        net = Net(description, {k: tuple(v.shape) for k, v in state.items()})
        net.load_state_dict(state, strict=True)
        twin = Net(description, {k: tuple(v.shape) for k, v in state.items()})
        if save_file is not None:
            from safetensors.torch import load_file
            twin.load_state_dict(load_file(path.with_suffix(".safetensors")), strict=True)
            assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), twin.state_dict().values()))
        with torch.no_grad():
            records = net.run(read_safetensors(path.with_suffix(".x.safetensors"))["x"])
        write_safetensors(path.with_suffix(".y.safetensors"), records)


def make(folder, seed, count):
    for number in range(count):
        rng = random.Random(seed * 1000 + number)
        description, shapes = draw(rng, number)
        net = Net(description, shapes)
        state = net.state_dict()
        exact = number % 4 in (2, 3)  # halves: everything must be exact in 8 bits
        with torch.no_grad():
            for name, tensor in state.items():
                fill(rng, name.rsplit(".", 1)[1], name, tensor, exact)
        dtype = [torch.float32, torch.float64, torch.float16, torch.bfloat16][number % 4]
        stored = {k: v.to(dtype) if v.is_floating_point() else v for k, v in net.state_dict().items()}
        prefix, entry = "", ""
        if number % 5 == 1:
            prefix = "module."
        if number % 5 == 2:
            entry = "model_state_dict"
        saved = {prefix + k: v for k, v in stored.items()}
        torch.save({entry: saved, "epoch": 3, "loss": 0.5} if entry else saved, folder / f"{number}.pt")
        names = list(stored)
        rng.shuffle(names)
        write_safetensors(folder / f"{number}.safetensors", {prefix + k: stored[k] for k in names})
        x = torch.tensor([rng.randint(-4, 12) / 8 for _ in range(STEPS * BATCH * volume(description["input"]))])
        x = x.reshape(STEPS, BATCH, *description["input"])
        with torch.no_grad():
            records = net.run(x)
        records["x"] = x
        write_safetensors(folder / f"{number}.y.safetensors", records)
        short = {"layers": [shortened(layer) for layer in description["layers"]]}
        if len(description["input"]) > 1:
            short["input"] = description["input"]
        (folder / f"{number}.json").write_text(json.dumps({"description": short, "prefix": prefix, "entry": entry}))


STEPS, BATCH = 12, 3


def volume(shape):
    size = 1
    for extent in shape:
        size *= extent
    return size


def shortened(layer):
    """What the state dict does not tell."""
    short = {"name": layer["name"]}
    if layer["type"] == "Flatten":
        short["type"] = "Flatten"
    if not layer.get("reset_delay", True):
        short["reset_delay"] = False
    return short


def draw(rng, number):
    """A random description, complete, and the shapes of its parameters."""
    kinds = ["Leaky", "Synaptic", "RLeaky", "RSynaptic"]
    layers, shapes = [], {}
    image = number % 6 == 5
    size = [1, 6, 6] if image else [rng.randint(3, 9)]
    first = list(size)
    for depth in range(1 + number % 4):
        fc, lif = f"fc{depth + 1}", f"lif{depth + 1}"
        bias = rng.random() < 0.7
        if len(size) == 3 and depth == 0:
            layers.append(dict(name=fc, type="Conv2d", out=2, kernel=3, bias=bias))
            size = [2, size[1] - 2, size[2] - 2]
        else:
            if len(size) == 3:
                layers.append(dict(name="flat", type="Flatten"))
                size = [volume(size)]
            out = rng.randint(2, 9)
            shapes[f"{fc}.weight"] = (out, size[0])
            layers.append(dict(name=fc, type="Linear", out=out, bias=bias))
            size = [out]
        kind = kinds[(number + depth + number // 4) % 4]
        layer = dict(name=lif, type=kind, reset_mechanism=rng.choice(["subtract", "zero", "none"]),
                     reset_delay=kind == "RSynaptic" or rng.random() < 0.6)
        per_neuron = tuple(size) if len(size) == 1 else (size[0], 1, 1)
        for parameter in ["beta", "alpha", "threshold"]:
            shapes[f"{lif}.{parameter}"] = rng.choice([(), per_neuron])
        if kind.startswith("R"):
            how = rng.choice(["linear" if len(size) == 1 else "conv2d", "one_to_one"])
            layer["recurrent"] = dict(kind=how, learn=how != "one_to_one" or rng.random() < 0.5, kernel_height=3,
                                      bias=rng.random() < 0.7)
            shapes[f"{lif}.recurrent.weight"] = (size[0], size[0])
            shapes[f"{lif}.V"] = rng.choice([(), per_neuron])
        layers.append(layer)
    return dict(input=first, layers=layers), shapes


def fill(rng, parameter, name, tensor, exact):
    if parameter == "reset_mechanism_val":
        return
    values = []
    for _ in range(tensor.numel()):
        if parameter in ("alpha", "beta"):
            values.append(rng.choice([0.5, 0.75, 0.875] if exact else [0.3, 0.8, 0.9, 0.95]))
        elif parameter == "threshold":
            values.append(rng.choice([0.75, 1.0, 1.25]))
        elif parameter == "graded_spikes_factor":
            values.append(1.0)
        else:
            values.append(rng.randint(-64, 96) / 64)
    tensor.copy_(torch.tensor(values).reshape(tensor.shape))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "run":
        run(Path(sys.argv[2]))
    else:
        make(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    print(f"torch {torch.__version__}, snntorch {snn.__version__}, "
          f"safetensors {'from its library' if save_file else 'written by hand'}")
