#!/bin/bash
# ONNX: the project's own reference evaluator contradicts its specification of Softmax.
#
# Guess:  onnx.reference, made to show what an operator means, and onnxruntime give the same
#         Softmax for any declared opset.
# With:   onnx 1.23.2, onnxruntime 1.32.0.
# Really: up to opset 12, Softmax of N x C x W flattens all axes from 1 on and sums over them
#         together. onnxruntime does so. The reference evaluator sums over one axis alone, so its
#         probabilities of one sample add up to 2 here. From opset 13 on the two agree. Checked
#         against the reference, an old model seems wrong in onnxruntime, which is right.
# Seen 2026-11-28 (sum over one sample of 1 x 2 x 2):
#   opset 11: reference 2.0, onnxruntime 1.0
#   opset 13: reference 2.0, onnxruntime 2.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator

SHAPE = [1, 2, 2]
scores = np.zeros(SHAPE, np.float32)
expected = [
    "opset 11: reference 2.0, onnxruntime 1.0",
    "opset 13: reference 2.0, onnxruntime 2.0",
]
for opset, wanted in zip((11, 13), expected, strict=True):
    graph = helper.make_graph(
        [helper.make_node("Softmax", ["scores"], ["shares"])],
        "softmax",
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, SHAPE)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    checker.check_model(model, full_check=True)
    reference = ReferenceEvaluator(model).run(None, {"scores": scores})[0]
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    runtime = session.run(None, {"scores": scores})[0]
    seen = f"opset {opset}: reference {reference.sum():.1f}, onnxruntime {runtime.sum():.1f}"
    print(seen)
    if seen != wanted:
        sys.exit(f"changed: expected {wanted}, got {seen}")
END
