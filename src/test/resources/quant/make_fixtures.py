"""Checksums of the levels of snntorch.functional.quant.state_quant, for StateQuantizationTest; snnTorch 1.0.0, torch 2.15.
Run in this folder."""

import itertools
import zlib

import torch
from snntorch.functional import quant


def levels(num_bits, thr_centered, threshold, lower_limit, upper_limit, multiplier):
    inner = quant.state_quant(num_bits, False, thr_centered, threshold, lower_limit, upper_limit,
                              float(multiplier) if multiplier else None)
    return next(c.cell_contents for c in inner.__closure__ if torch.is_tensor(c.cell_contents))


def rows():
    for bits, centred in itertools.product((*range(1, 13), 16), ("true", "false")):
        yield bits, centred, 1.0, 0.0, 0.2, ""
    for bits, multiplier, threshold in itertools.product((2, 5, 6, 7, 8, 9, 10), (0.05, 0.5, 0.9, 0.99), (0.5, 1.7)):
        for centred, lower, upper in (("true", 0.1, 0.7), ("false", 0.0, 0.2), ("false", 3.0, 0.11)):
            yield bits, centred, threshold, lower, upper, multiplier


with open("levels.csv", "w") as file:
    file.write("# numBits,thrCentered,threshold,lowerLimit,upperLimit,multiplier,CRC-32 of the levels as little-endian float32\n")
    for row in rows():
        bits, centred, *rest = row
        crc = zlib.crc32(levels(bits, centred == "true", *rest).numpy().astype("<f4").tobytes())
        file.write(",".join(map(str, row)) + f",{crc:08x}\n")
