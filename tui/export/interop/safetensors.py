"""A network as safetensors, with the names and the layout of PyTorch's nn.Sequential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import UserError, needs_extra
from .network import layers_of, metadata_of

if TYPE_CHECKING:
    from ....net.run.checkpoint import SavedModel


def safetensors_bytes(saved: SavedModel) -> bytes:
    """Return the file: `0.weight` (n_out × n_in), `0.bias`, `2.weight` …; 1, 3 … are the ReLUs.

    Raises UserError if the package safetensors is missing.
    """
    try:
        from safetensors.numpy import save
    except ImportError:
        raise UserError(needs_extra("safetensors", "safetensors", "safetensors")) from None
    tensors = {
        f"{2 * i}.{name}": array
        for i, layer in enumerate(layers_of(saved))
        for name, array in zip(("weight", "bias"), layer, strict=True)
    }
    # "format" is Hugging Face's convention for whose layout this is.
    return save(tensors, {"format": "pt", **metadata_of(saved)})
