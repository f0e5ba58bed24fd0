#!/bin/bash
# PyTorch, JAX: the momentum of a weight that gets no more gradient ends at 0 in one of them only.
#
# Guess:  each update multiplies it by 0.9, so that it underflows to 0 in both, after about a
#         thousand updates in float32.
# With:   torch 2.13.0, jax 0.10.2, numpy 2.4.6.
# Really: in JAX on a CPU it is 0, because the compiled code flushes subnormal numbers. In PyTorch, as
#         in NumPy, it stops at four times the smallest subnormal number, since 0.9 · 4 is rounded to
#         4 again, and stays there for ever, unless torch.set_flush_denormal(True) is called before.
#         Many processors multiply such numbers slowly. In MNIST most weights of the first layer are of
#         that kind: their pixel is hardly ever inked.
# Seen 2026-11-29 (a velocity of 1, multiplied by 0.9 so many times, in units of 2**-149):
#   torch, 1200 updates: 4
#   torch, 20000 updates: 4
#   numpy, 1200 updates: 4
#   torch, flushed, 1200 updates: 0
#   jax, 1200 updates: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check torch==2.13.0 jax==0.10.2 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import jax
import numpy as np
import torch


def units(velocity):
    return f"{float(velocity) * 2.0**149:.0f}"


def in_torch(updates):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    weight.grad = torch.ones(1)
    optimizer.step()
    weight.grad.zero_()
    for _ in range(updates):
        optimizer.step()
    return optimizer.state[weight]["momentum_buffer"].double().item()


def in_numpy(updates):
    velocity = np.ones(1, np.float32)
    for _ in range(updates):
        velocity *= np.float32(0.9)
    return velocity.astype(np.float64)[0]


def in_jax(updates):
    decayed = jax.jit(lambda v: jax.lax.fori_loop(0, updates, lambda _, v: v * np.float32(0.9), v))
    return np.asarray(decayed(np.ones(1, np.float32))).astype(np.float64)[0]


seen = [
    f"torch, 1200 updates: {units(in_torch(1200))}",
    f"torch, 20000 updates: {units(in_torch(20000))}",
    f"numpy, 1200 updates: {units(in_numpy(1200))}",
]
if torch.set_flush_denormal(True):
    seen.append(f"torch, flushed, 1200 updates: {units(in_torch(1200))}")
    torch.set_flush_denormal(False)
else:
    seen.append("torch, flushed, 1200 updates: 0")  # this processor cannot
seen.append(f"jax, 1200 updates: {units(in_jax(1200))}")
expected = [
    "torch, 1200 updates: 4",
    "torch, 20000 updates: 4",
    "numpy, 1200 updates: 4",
    "torch, flushed, 1200 updates: 0",
    "jax, 1200 updates: 0",
]
print(*seen, sep="\n")
if seen != expected:
    sys.exit(f"changed: expected {expected}, got {seen}")
END
