"""Checkpoints: a run in one .npz file, written atomically and treated as untrusted when read.

The file is a zip of NumPy arrays, one member each, and this is the whole format, version 3:

    format      int64 scalar, 3
    sizes       int64, L + 1: the widths, input to output
    W1 … WL     float32 or float64, sizes[l] × sizes[l-1]
    b1 … bL     the same type, sizes[l] × 1
    memory_…    the same type, as many as weights and biases together: the optimizer's memory
                (velocity; mean and square; nothing), all weights first
    history     float64, n × 7: iteration, alpha, loss, train_accuracy, gradient_norm,
                test_loss, test_accuracy; iterations ascend from 0 without gaps, unless the app
                has thinned the early part of a very long run
    run         bytes (uint8) of a JSON object: iteration; updates (made by the optimizer);
                hyperparameters; course: the hyperparameter log, [[updates made before,
                hyperparameters], …], where an entry that changes nothing records that an update
                diverged there and the optimizer was reset; place: the batch cursor, that is
                generator state, epoch and position; made: the provenance, that is data, source,
                form, share, sha256, names, program, date and layout, see provenance.py
                (sha256: of the training images' bytes, row by row, and then the labels' bytes;
                layout: how these images lie in their frame); and origin, only if the first
                weights were not drawn here: the file they come from

Version 2 was the same without `layout`, and version 1 without `made`; its first files had no
`course` either. All are readable: `layout` and `made` are then empty, and the log holds only the
hyperparameters that the run ended with.

No member is ever a pickled object, so that reading a file cannot execute code.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..architecture import check_hidden, parameter_count
from ..errors import NetError
from ..network import Parameters
from ..optimizers import OPTIMIZER_CLASSES
from .checkpoint_json import (
    checked_count,
    cursor_from_json,
    hyperparameter_log_from_json,
    hyperparameters_from_json,
    origin_from_json,
    run_to_json,
)
from .history import COLUMNS
from .provenance import Provenance, provenance_from_json
from .state import RunState

VERSION = 3
VERSIONS = (1, 2, 3)  # readable
MARKS = ("format.npy", "sizes.npy", "run.npy")  # members by which a model is told from data
MAX_UNCHECKED_BYTES = 1 << 20  # of a member whose compression ratio is not checked
MAX_COMPRESSION_RATIO = 20  # of larger members; real weights hardly compress
UNSUPPORTED_FLOATS = ("f2", "f16", "f12")  # half and long: no run has them
NO_PROVENANCE = Provenance()
UNREADABLE = (EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclasses.dataclass(frozen=True, eq=False)
class SavedModel:
    """The content of a file: a run and its provenance."""

    state: RunState
    provenance: Provenance


def save(state: RunState, path: Path, provenance: Provenance = NO_PROVENANCE) -> None:
    """Write a run atomically: an existing file stays intact until the new one is complete.

    Args:
        state: The run.
        path: The file, usually .npz; its folder must exist.
        provenance: Where the run comes from, as far as known.

    Raises:
        NetError: The file cannot be written.
    """
    parameters = Parameters(state.sizes, state.vector)
    members: dict[str, NDArray[Any]] = {
        "format": np.array(VERSION, np.int64),
        "sizes": np.array(state.sizes, np.int64),
        "history": state.history,
        "run": np.frombuffer(json.dumps(run_to_json(state, provenance)).encode(), np.uint8),
    }
    for layer, (W, b) in enumerate(zip(parameters.W, parameters.b, strict=True), start=1):
        members |= {f"W{layer}": W, f"b{layer}": b}
    for name, array in state.memory.items():
        members[f"memory_{name}"] = array
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **members)  # pyright: ignore[reportArgumentType]: its stub takes allow_pickle for one of them
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise NetError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def load(path: Path) -> RunState:
    """Read a run. Raises NetError as `read` does."""
    return read(path).state


def read(path: Path) -> SavedModel:
    """Read a run and its provenance.

    Raises:
        NetError: The file is not exactly as described above; the message names file and member.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NetError(f"{path}: is not a file; expected a model (.npz)")
        with zipfile.ZipFile(path) as archive:
            return _Reader(path, archive).saved()
    except (zipfile.BadZipFile, zlib.error, *UNREADABLE) as error:
        raise NetError(f"{path}: is not a model file (.npz), or is cut short") from error
    except OSError as error:
        raise NetError(f"{path}: cannot be read: {error.strerror or error}") from error


class _Reader:
    """Reads the members of an archive, and validates each of them."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self.archive = path, archive
        self.names = archive.namelist()

    def saved(self) -> SavedModel:
        version = int(self.array("format", "iu", ())[()])
        if version not in VERSIONS:
            readable = f"{', '.join(map(str, VERSIONS[:-1]))} and {VERSIONS[-1]}"
            raise self.refusal("format", f"is version {version}; this program reads {readable}")
        widths = self.array("sizes", "iu", (None,))
        sizes = tuple(int(size) for size in widths)
        if len(sizes) < 3 or min(sizes) < 1:
            raise self.refusal("sizes", f"is {sizes}; expected at least three positive widths")
        try:
            check_hidden(sizes[1:-1], sizes[0], sizes[-1])
        except NetError as error:
            raise self.refusal("sizes", f"is out of range: {error}") from error
        first = self.array("W1", "f", (sizes[1], sizes[0]))
        parameters = Parameters(sizes, np.empty(parameter_count(sizes), first.dtype))
        for i, (W, b) in enumerate(zip(parameters.W, parameters.b, strict=True)):
            W[:] = self.array(f"W{i + 1}", "f", W.shape)
            b[:] = self.array(f"b{i + 1}", "f", b.shape)
        if not np.isfinite(parameters.vector).all():
            raise self.refusal("W1", "or another layer has weights that are not finite numbers")
        history = self.array("history", "f", (None, len(COLUMNS))).astype(np.float64)
        if not _ascends_from_zero(history[:, 0]):
            raise self.refusal("history", "does not count its iterations from 0 on")
        text = self.array("run", "u", (None,)).astype(np.uint8).tobytes()
        try:
            run = json.loads(text)
            hyperparameters = hyperparameters_from_json(run["hyperparameters"], sizes)
            remembered = OPTIMIZER_CLASSES[hyperparameters.optimizer].memory_names
            course = run["course"] if version > 1 or "course" in run else None
            state = RunState(
                sizes=sizes,
                vector=parameters.vector,
                hyperparameters=hyperparameters,
                iteration=checked_count(run["iteration"]),
                cursor=cursor_from_json(run["place"]),
                memory={
                    name: self.array(f"memory_{name}", "f", parameters.vector.shape).astype(
                        first.dtype
                    )
                    for name in remembered
                },
                updates=checked_count(run["updates"]),
                history=history,
                hyperparameter_log=((0, hyperparameters),)
                if course is None
                else hyperparameter_log_from_json(course, sizes),
                origin=origin_from_json(run),
            )
            if version == 1:
                return SavedModel(state, NO_PROVENANCE)
            return SavedModel(state, provenance_from_json(run["made"], has_layout=version > 2))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise self.refusal("run", f"is not what this program writes ({error})") from error
        except RecursionError as error:
            raise self.refusal("run", "is nested without end") from error

    def array(self, name: str, kinds: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """Return a member; its type and shape are checked before its numbers are read."""
        member = f"{name}.npy"
        if self.names.count(member) != 1:
            raise self.refusal(name, "is missing" if member not in self.names else "is there twice")
        try:
            info = self.archive.getinfo(member)
            if (
                info.file_size > MAX_UNCHECKED_BYTES
                and info.file_size > MAX_COMPRESSION_RATIO * info.compress_size
            ):
                raise self.refusal(name, f"unfolds into {info.file_size:,} bytes: too many")
            with self.archive.open(member) as file:
                shape_read, dtype = self.header(name, file)
                fits = len(shape_read) == len(shape) and all(
                    want in (None, have) for want, have in zip(shape, shape_read, strict=True)
                )
                if dtype.kind not in kinds or dtype.str[1:] in UNSUPPORTED_FLOATS or not fits:
                    raise self.refusal(
                        name, f"is {dtype} {_shape_text(shape_read)}; expected {_shape_text(shape)}"
                    )
                size = dtype.itemsize * int(np.prod(shape_read, dtype=object))
                if size > info.file_size:
                    raise self.refusal(name, f"declares {size:,} bytes and holds fewer")
                numbers = file.read(size + 1)
        except (zipfile.BadZipFile, zlib.error, *UNREADABLE) as error:
            raise self.refusal(name, f"is damaged: {error}") from error
        if len(numbers) != size:
            raise self.refusal(name, f"does not hold the {size:,} bytes it declares")
        return np.frombuffer(numbers, dtype).reshape(shape_read)

    def header(self, name: str, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Read shape and type with NumPy's own reader, which evaluates nothing but literals."""
        try:
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, in_fortran_order, dtype = read(file)
        except Exception as error:  # NumPy's parser raises anything on invalid input
            raise self.refusal(name, "is not an array of NumPy's") from error
        if dtype.hasobject or (in_fortran_order and len(shape) > 1):
            raise self.refusal(name, f"is {dtype} in an order this program never writes")
        return shape, dtype

    def refusal(self, name: str, what: str) -> NetError:
        return NetError(f"{self.path}: {name} {what}")


def _ascends_from_zero(iterations: NDArray[np.float64]) -> bool:
    """Return whether these are ascending whole numbers from 0 on."""
    if not np.isfinite(iterations).all() or np.any(iterations != np.floor(iterations)):
        return False
    return not len(iterations) or bool(iterations[0] == 0 and np.all(np.diff(iterations) > 0))


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return " × ".join("any" if side is None else str(side) for side in shape) or "one number"
