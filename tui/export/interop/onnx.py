"""A network as ONNX: Flatten, then Gemm and Relu for each layer, and Softmax at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....net.architecture import architecture_name
from ...errors import UserError, needs_extra
from .network import image_shape, layers_of, metadata_of

if TYPE_CHECKING:
    from ....net.run.checkpoint import SavedModel

# The oldest operators that say what is meant (before 13, Softmax flattened what it read), and the
# oldest file version that has them: those of ONNX 1.8, of 2020.
OPSET_VERSION, IR_VERSION = 13, 7


def onnx_bytes(saved: SavedModel) -> bytes:
    """Return the file; `images` (batch × side × side) become `probabilities` (batch × classes).

    Raises UserError if the package onnx is missing.
    """
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        raise UserError(needs_extra("ONNX", "onnx", "onnx")) from None
    sizes, metadata, layers = saved.state.sizes, metadata_of(saved), layers_of(saved)
    nodes: list[Any] = [helper.make_node("Flatten", ["images"], ["A0"], axis=1)]
    weights: list[Any] = []
    for i, (W, b) in enumerate(layers, 1):
        weights += [numpy_helper.from_array(W, f"W{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [f"A{i - 1}", f"W{i}", f"b{i}"], [f"Z{i}"], transB=1))
        nodes.append(
            helper.make_node("Relu", [f"Z{i}"], [f"A{i}"])
            if i < len(layers)
            else helper.make_node("Softmax", [f"Z{i}"], ["probabilities"], axis=1)
        )
    graph = helper.make_graph(
        nodes,
        f"network {architecture_name(sizes)}",
        [
            helper.make_tensor_value_info(
                "images", TensorProto.FLOAT, ["batch", *image_shape(sizes)], metadata["input"]
            )
        ],
        [
            helper.make_tensor_value_info(
                "probabilities", TensorProto.FLOAT, ["batch", sizes[-1]], metadata["classes"]
            )
        ],
        weights,
    )
    name, _, version = metadata["program"].partition(" ")
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET_VERSION)],
        ir_version=IR_VERSION,
        producer_name=name,
        producer_version=version,
    )
    helper.set_model_props(model, metadata)
    return model.SerializeToString()
