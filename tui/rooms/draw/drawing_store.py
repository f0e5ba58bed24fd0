"""Drawings saved in the app's folder, each as a grey PNG, light ink on black, like MNIST's digits.

PNG, because every picture viewer and every reader of digits in pictures
accepts it. Pillow is imported only when a drawing is written or read.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from ... import atomic_file
from ...errors import UserError
from ...text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIX = ".png"
MAX_NAME_LENGTH = 40  # characters
NAME = re.compile(r"\w[\w .()+-]*", re.ASCII)
MAX_BYTES = 1 << 20  # of a file, and pixels of a picture: a drawing has far fewer
MAX_LISTED = 500  # drawings in a list


def folder() -> Path:
    """Return the folder: XDG_DATA_HOME/mnist-tui/drawings, usually under ~/.local/share."""
    return user_data_path("mnist-tui", appauthor=False) / "drawings"


def path_of(name: str) -> Path:
    """Return the file of a drawing. Raises UserError for an invalid name."""
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
        raise UserError(
            f"a name has at most {MAX_NAME_LENGTH} letters, digits, spaces and . ( ) + - _, "
            "and begins with a letter or digit"
        )
    return folder() / f"{name}{SUFFIX}"


def names() -> list[str]:
    """Return the names of the drawings, newest first."""
    found: list[tuple[float, str]] = []
    with contextlib.suppress(OSError):
        for path in folder().glob(f"*{SUFFIX}"):
            if NAME.fullmatch(path.stem) and len(path.stem) <= MAX_NAME_LENGTH:
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime, path.stem))
    return [name for _, name in sorted(found, reverse=True)[:MAX_LISTED]]


def save(name: str, pixels: NDArray[np.uint8], *, over: bool = False) -> bool:
    """Write a drawing, all or nothing, for its owner alone.

    False, and nothing is written, if there is one of this name that may not be written over.
    Raises UserError if it cannot be written.
    """
    from PIL import Image

    path, png = path_of(name), io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    try:
        for place in (path.parent.parent, path.parent):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            atomic_file.write(path, png.getvalue(), overwrite=over, mode=atomic_file.PRIVATE)
        except FileExistsError:
            return False
    except OSError as failure:
        raise UserError(
            f"{printable(path)}: cannot be written: {failure.strerror or failure}"
        ) from failure
    return True


def load(name: str) -> NDArray[np.uint8]:
    """Load a drawing's pixels, h × w, ink high. Raises UserError for any other file."""
    import numpy as np
    from PIL import Image

    path = path_of(name)
    unfit = UserError(f"{printable(path)}: is not a drawing, or is damaged")
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise unfit
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")  # about harmless oddities of a file
            with Image.open(file, formats=("PNG",)) as image:
                if image.width * image.height > MAX_BYTES:  # checked before decoding
                    raise unfit
                return np.array(image.convert("L"))
    except UserError:
        raise
    except OSError as failure:
        if failure.errno is None:  # Pillow's own, about the picture
            raise unfit from failure
        raise UserError(f"{printable(path)}: cannot be read: {failure.strerror}") from failure
    except Exception as damage:  # decoders may raise anything on invalid input
        raise unfit from damage
