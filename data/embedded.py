"""The set that comes with the package, read without the readers of all other forms."""

from __future__ import annotations

from importlib.resources import as_file, files

from .readers.arrays import idx
from .source_content import SourceContent

EMBEDDED = "mnist"


def read_embedded() -> SourceContent:
    """Read MNIST's four files from the package."""
    with as_file(files("mnist_tui.data") / "mnist") as folder:
        found = idx.from_folder(folder)
    assert found is not None, "the package has its data"
    return found
