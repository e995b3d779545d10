"""Files of torch.save for PyTorchFileTest; torch 2.15. Run in this folder."""

import collections

import torch
from torch import nn

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
          torch.uint8, torch.bool]


def dtypes():
    values = torch.tensor([0.0, 1.0, 2.5, 3.0, 100.0, 127.0])
    return collections.OrderedDict((str(t).split(".")[1], values.to(t).reshape(2, 3)) for t in DTYPES)


def views():
    base = torch.arange(24, dtype=torch.float32)
    square = base[:16].reshape(4, 4)
    return collections.OrderedDict(
        whole=base, transposed=square.t(), column=square[:, 1], every_other=base[1::2], corner=square[2:, 2:],
        broadcast=base[3:4].expand(5), scalar=base[7], empty=torch.zeros(0, 3), parameter=nn.Parameter(base[:2].clone()),
        again=base, volume=base.reshape(2, 3, 4).permute(2, 0, 1))


def checkpoint():
    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.fill_(i + 0.5)
    adam = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 3)).sum().backward()
    state = net.state_dict()
    state = collections.OrderedDict((k, v.clone()) for k, v in state.items())
    adam.step()
    return {"epoch": 3, "seen": 2 ** 40, "loss": 0.25, "note": "text", "none": None, "flags": [True, False, (1, 2, 3, 4)],
            "model_state_dict": state, "optimizer_state_dict": adam.state_dict(), "mean": torch.tensor([1.0, 2.0])}


class Foreign:
    pass


torch.save(dtypes(), "dtypes.pt")
torch.save(views(), "views.pt")
torch.save(checkpoint(), "checkpoint.pt")
torch.save(nn.Linear(2, 1), "module.pt")
torch.save(torch.ones(2), "tensor.pt")
torch.save({"a": torch.ones(2), "b": Foreign()}, "foreign.pt")
torch.save({"a": torch.ones(2)}, "legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"a": torch.ones(2)}, "protocol4.pt", pickle_protocol=4)
torch.jit.save(torch.jit.script(nn.Linear(2, 1)), "torchscript.pt")
torch.save({"a": torch.ones(2, dtype=torch.uint16)}, "uint16.pt")
