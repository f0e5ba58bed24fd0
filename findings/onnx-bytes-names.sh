#!/bin/bash
# ONNX: a name in a model may come back as bytes instead of text, and cannot be put back.
#
# Guess:  names are strings, which protobuf defines as UTF-8, so that a model with another one is
#         refused when it is loaded, or at the latest by the checker.
# With:   onnx 1.23.2, protobuf 7.36.2, onnxruntime 1.32.0.
# Really: it is loaded, passes the checker and runs; its name is of type bytes. Code that joins it
#         to a path or compares it with text raises TypeError or finds nothing, and assigning the
#         very value that was read raises UnicodeDecodeError. It holds for the path of external data,
#         too.
# Seen 2026-11-28 (a tensor called "weight" and the byte 0xff):
#   name: bytes b'weight\xff'
#   checker: accepts it
#   onnxruntime: [1.0]
#   assigned back: UnicodeDecodeError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    onnx==1.23.2 protobuf==7.36.2 onnxruntime==1.32.0 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper

x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
weights = numpy_helper.from_array(np.ones(1, np.float32), "weights")
graph = helper.make_graph([helper.make_node("Add", ["x", "weights"], ["y"])], "g", [x], [y], [weights])
opset = [helper.make_opsetid("", 17)]
content = helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
content = content.replace(b"weights", b"weight\xff")
model = onnx.load_model_from_string(content)
tensor = model.graph.initializer[0]
checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
try:
    tensor.name = tensor.name
    assigned = "as it was"
except ValueError as error:
    assigned = type(error).__name__
seen = [
    f"name: {type(tensor.name).__name__} {tensor.name!r}",
    "checker: accepts it",
    f"onnxruntime: {session.run(None, {'x': np.zeros(1, np.float32)})[0].tolist()}",
    f"assigned back: {assigned}",
]
expected = [
    r"name: bytes b'weight\xff'",
    "checker: accepts it",
    "onnxruntime: [1.0]",
    "assigned back: UnicodeDecodeError",
]
print(*seen, sep="\n")
if seen != expected:
    sys.exit(f"changed: expected {expected}, got {seen}")
END
