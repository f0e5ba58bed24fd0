"""Train a from-scratch NumPy network on MNIST: `from mnist_tui import load_data, train, predict`.

Everything here is loaded when it is first used, so that the program starts as fast without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_tui.api import (
        Data,
        DataError,
        Hyperparameters,
        Model,
        NetError,
        UserError,
        load_data,
        open_model,
        predict,
        train,
    )

__all__ = [
    "Data",
    "DataError",
    "Hyperparameters",
    "Model",
    "NetError",
    "UserError",
    "load_data",
    "open_model",
    "predict",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mnist_tui import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
