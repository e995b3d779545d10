"""Writes the .nir files of this folder. Needs numpy, h5py and nir (1.0.8); run it in the folder."""

import sys

import h5py
import nir
import numpy as np

rng = np.random.default_rng(7)


def f32(*shape):
    return rng.normal(size=shape).astype(np.float32)


def graph():
    """Affine 5-7, CubaLIF with dense recurrence, Linear 7-3 (positive), LIF with recurrence to itself; mixed types."""
    n = 7
    lif1 = nir.CubaLIF(
        tau_syn=rng.uniform(2e-4, 1e-3, n), tau_mem=rng.uniform(2e-4, 1e-3, n).astype(np.float32),
        r=rng.uniform(1, 3, n), v_leak=np.zeros(n), v_threshold=np.full(n, 0.5), v_reset=np.zeros(n),
        w_in=rng.uniform(1, 3, n).astype(np.float32))
    lif2 = nir.LIF(tau=rng.uniform(2e-4, 1e-3, 3), r=rng.uniform(1, 3, 3), v_leak=np.full(3, 0.1),
                   v_threshold=np.full(3, 0.7), v_reset=np.full(3, -0.2))
    return nir.NIRGraph(
        nodes={"input": nir.Input(np.array([5])), "fc1": nir.Affine(f32(7, 5), f32(7)), "lif1.lif": lif1,
               "lif1.w_rec": nir.Affine(f32(7, 7), f32(7)), "fc2": nir.Linear(np.abs(f32(3, 7))), "lif2.lif": lif2,
               "lif2.w_rec": nir.Linear(np.diag(f32(3))), "output": nir.Output(np.array([3]))},
        edges=[("lif2.lif", "output"), ("fc2", "lif2.lif"), ("lif1.w_rec", "lif1.lif"), ("fc1", "lif1.lif"),
               ("input", "fc1"), ("lif1.lif", "lif1.w_rec"), ("lif1.lif", "fc2"), ("lif2.lif", "lif2.w_rec"),
               ("lif2.w_rec", "lif2.lif")])


def copy(source, target, dataset, **file_options):
    """The file again, its data sets made by dataset(group, name, data)."""
    with h5py.File(source, "r") as old, h5py.File(target, "w", **file_options) as new:
        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                group = new.require_group(name.rpartition("/")[0] or "/")
                short = name.rpartition("/")[2]
                if item.dtype == object:
                    group.create_dataset(short, data=item[()], dtype=h5py.string_dtype())
                else:
                    dataset(group, short, item[()])
        old.visititems(visit)


def plain(group, name, data):
    group.create_dataset(name, data=data)


def chunked(group, name, data):
    """Chunks that divide no shape, compressed; large ones shuffled, and big-endian."""
    if data.ndim == 0:
        return plain(group, name, data)
    big = data.astype(data.dtype.newbyteorder(">")) if data.ndim == 2 else data
    group.create_dataset(name, data=big, chunks=tuple(max(1, (2 * n + 1) // 3) for n in data.shape), compression="gzip",
                         shuffle=data.ndim == 2)


def main():
    nir.write("gzip.nir", graph())
    copy("gzip.nir", "plain.nir", plain)
    copy("gzip.nir", "chunked.nir", chunked)
    copy("gzip.nir", "newer.nir", chunked, libver=("v110", "v110"))

    lif = nir.LIF(tau=np.full(2, 5e-4), r=np.full(2, 5.0), v_leak=np.zeros(2), v_threshold=np.ones(2),
                  v_reset=np.zeros(2))
    inner = nir.NIRGraph(
        nodes={"input": nir.Input(np.array([2])), "lif": lif, "w_rec": nir.Linear(np.array([[0.1, 0.2], [0.3, 0.4]])),
               "output": nir.Output(np.array([2]))},
        edges=[("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")])
    nir.write("nested.nir", nir.NIRGraph(
        nodes={"input": nir.Input(np.array([3])), "fc": nir.Linear(f32(2, 3)), "lif": inner,
               "output": nir.Output(np.array([2]))},
        edges=[("lif", "output"), ("fc", "lif"), ("input", "fc")]))

    # Files that nobody should follow.
    copy("gzip.nir", "ring.nir", plain)
    with h5py.File("ring.nir", "a") as f:
        f["node/nodes/again"] = f["node"]
    copy("gzip.nir", "twice.nir", plain)
    with h5py.File("twice.nir", "a") as f:
        del f["node/nodes/fc1/bias"]
        f["node/nodes/fc1/bias"] = f["node/nodes/lif1.w_rec/bias"]
    copy("gzip.nir", "links.nir", plain)
    with h5py.File("links.nir", "a") as f:
        del f["node/nodes/fc1/weight"]
        f["node/nodes/fc1/weight"] = h5py.ExternalLink("gzip.nir", "/node/nodes/fc1/weight")
    copy("gzip.nir", "hole.nir", plain)
    with h5py.File("hole.nir", "a") as f:
        del f["node/nodes/fc1/weight"]
        f.create_dataset("node/nodes/fc1/weight", shape=(3000, 3000), dtype="f4", chunks=(1000, 1000),
                         compression="gzip")
    copy("gzip.nir", "bomb.nir", plain)
    with h5py.File("bomb.nir", "a") as f:
        del f["node/nodes/fc1/weight"]
        f.create_dataset("node/nodes/fc1/weight", data=np.zeros((9000, 5000), "f4"), chunks=(9000, 5000),
                         compression="gzip", compression_opts=9)
    copy("gzip.nir", "lzf.nir",
         lambda g, n, d: g.create_dataset(n, data=d, compression="lzf") if d.ndim > 0 else plain(g, n, d))


if __name__ == "__main__":
    sys.exit(main())
