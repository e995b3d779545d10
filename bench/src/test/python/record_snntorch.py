#!/usr/bin/env python3
"""Records what snnTorch gives for a small case of each item of the peers' benchmark.

usage: record_snntorch.py > bench/src/test/resources/org/spikelane/peers/snntorch.json

Wants torch and snntorch 1.0.0. PeerReferenceTest runs our workloads on the same weights and inputs.
"""
import json
import sys

import snntorch as snn
import torch
from torch import nn

ALPHA, BETA = 0.9, 0.85


def floats(tensor):
    """Shortest decimals that give the same float32."""
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def neurons(kind, n):
    if kind == "synaptic":
        return snn.Synaptic(alpha=ALPHA, beta=BETA)
    if kind == "rleaky":
        return snn.RLeaky(beta=BETA, linear_features=n)
    return snn.Leaky(beta=BETA)


def run(lif, currents):
    """Spikes and membranes, [T][B][N], of a layer that starts from zero states."""
    states = lif.reset_mem()
    states = list(states) if isinstance(states, (tuple, list)) else [states]
    spikes, membranes = [], []
    for current in currents:
        spk, *rest = lif(current, *states)
        states = [spk, *rest] if isinstance(lif, snn.RLeaky) else rest
        spikes.append(spk)
        membranes.append(rest[-1])
    return torch.stack(spikes), torch.stack(membranes)


def named(layers):
    """Weights and biases by our names; the rest of snnTorch's state dict are constants here."""
    return {f"{layer}.{name}": p for layer, module in layers.items() for name, p in module.named_parameters()}


def layer(item, kind, n, batch, steps):
    x = torch.randn(steps, batch, n)
    x = x if item == "onm" else x * 0.3 + 0.12
    layers = {"fc": nn.Linear(n, n)} if item == "onm" else {}
    layers["lif"] = neurons(kind, n)
    x.requires_grad_(item != "onm")
    spikes, _ = run(layers["lif"], layers["fc"](x) if item == "onm" else x)
    spikes.sum().backward()
    parameters = named(layers)
    gradients = {name: floats(p.grad) for name, p in parameters.items()}
    if item != "onm":
        gradients["input"] = floats(x.grad)
    return dict(item=item, neuron=kind, n=n, batch=batch, steps=steps, x=floats(x), spikes=floats(spikes),
                parameters={name: floats(p) for name, p in parameters.items()}, gradients=gradients)


def classifier(net, inputs, hidden, outputs, batch, steps):
    mnist = net == "mnist"
    x = torch.rand(batch, inputs) if mnist else (torch.rand(steps, batch, inputs) < 0.3).float()
    y = torch.randint(0, outputs, (batch,))
    layers = {"fc1": nn.Linear(inputs, hidden), "lif1": neurons("synaptic" if mnist else "rleaky", hidden),
              "fc2": nn.Linear(hidden, outputs), "lif2": neurons("synaptic" if mnist else "leaky", outputs)}
    with torch.no_grad():  # of so few input spikes hardly anything would fire
        for linear in ("fc1", "fc2"):
            layers[linear].weight.mul_(1 if mnist else 4)
    parameters = named(layers)
    before = {name: floats(p) for name, p in parameters.items()}
    hidden_spikes, _ = run(layers["lif1"], [layers["fc1"](x if mnist else x[t]) for t in range(steps)])
    spikes, membranes = run(layers["lif2"], layers["fc2"](hidden_spikes))
    loss = nn.CrossEntropyLoss()(membranes.flatten(0, 1), y.repeat(steps)) * steps
    optimizer = torch.optim.Adam(parameters.values(), lr=5e-4)
    loss.backward()
    optimizer.step()
    return dict(item="train", net=net, inputs=inputs, hidden=hidden, outputs=outputs, batch=batch, steps=steps,
                x=floats(x), y=y.tolist(), parameters=before, rate=hidden_spikes.mean().item(), loss=loss.item(),
                predicted=spikes.sum(0).argmax(1).tolist(), after={name: floats(p) for name, p in parameters.items()})


def main():
    torch.manual_seed(4)
    torch.set_num_threads(1)
    cases = [layer("onm", "synaptic", 8, 2, 20), layer("onm", "rleaky", 8, 2, 20),
             layer("elem", "synaptic", 19, 1, 20), layer("rleaky", "rleaky", 9, 2, 20),
             classifier("mnist", 12, 17, 5, 3, 10), classifier("shd", 12, 17, 5, 3, 10)]
    for case in cases:
        spiking = case.get("rate") or sum(case["spikes"]) / len(case["spikes"])
        print(case["item"], case.get("neuron", case.get("net")), "rate", round(spiking, 3), file=sys.stderr)
    print("[" + ",\n".join(json.dumps(case) for case in cases) + "]")


if __name__ == "__main__":
    main()
