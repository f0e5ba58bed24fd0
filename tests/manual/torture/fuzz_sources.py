"""Damage sources and read them: `python -m tests.manual.torture.fuzz_sources [THOUSANDS] [SEED]`.

Each case must end in good data or in one DataError of one line. The cases run in child processes
with limits on time and memory; what crashes, hangs or raises anything else is reported with the
kind and number that bring it back, and the command then ends with 1.
"""

from __future__ import annotations

import gzip
import io
import multiprocessing
import random
import resource
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from mnist_tui.data.dataset import Dataset, load, load_images
from mnist_tui.data.errors import DataError
from mnist_tui.data.readers.arrays.idx_format import write_idx
from mnist_tui.data.readers.pictures.picture import Picture, read_picture
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.arguments import numbers
from tests.helpers.datasets.source_files import csv_text, npy

SECONDS = 10  # that one case may take
MEMORY = 2 << 30  # bytes that a child may have
SIDE, IMAGES = 5, 12
TOKENS = (
    b"", b"nan", b"inf", b"-1", b"256", b"1e999", b"0.5", b"\n", b"\r", b"\r\n", b",", b";", b'"',
    b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"label", b"pixel0", b"\x1f\x8b", b"PK\x03\x04",
    b"PK\x05\x06", b"\x93NUMPY", b"(1073741824,", b"'|O'", b"True", b"\xff\xff\xff\xff", b"IHDR",
    b"\x7f\xff\xff\xff", b"\x00\x00\x08\x03", b"\xed\xa0\x80", b"IDAT",
)  # fmt: skip


def good() -> dict[str, Callable[[random.Random], bytes]]:
    """Valid content of each kind; what is packed is spoilt inside as often as outside."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (IMAGES, SIDE, SIDE), np.uint8)
    labels = np.arange(IMAGES, dtype=np.uint8) % 3
    table = csv_text(images.reshape(IMAGES, -1), labels.tolist()).encode()
    idx = write_idx(images)
    members = {
        "images.npy": npy(images),
        "labels.npy": npy(labels),
        "names.npy": npy(np.array(list("abc"))),
    }
    picture = np.zeros((40, 40), np.uint8)
    picture[8:30, 9:15] = 200
    rows = images.reshape(IMAGES, -1).tolist()
    last = joined_rows([[*x, y] for x, y in zip(rows, labels.tolist(), strict=True)])
    words = table
    for digit, word in enumerate((b"zero", b"one", b"two")):
        words = words.replace(b"\n%d," % digit, b"\n%b," % word)
    rows_of_eye = np.eye(3, dtype=int)[labels].tolist()
    hot = joined_rows([[*x, *y] for x, y in zip(rows, rows_of_eye, strict=True)])
    names = "".join(f"@attribute p{i} real\n" for i in range(SIDE**2))
    arff = f"@relation r\n{names}@attribute class {{0,1,2}}\n@data\n".encode() + last
    sparse = "".join(
        f"{y} {' '.join(f'{i + 1}:{v}' for i, v in enumerate(x))}\n"
        for x, y in zip(rows, labels.tolist(), strict=True)
    ).encode()
    parquet, matlab, hdf5 = by_libraries(images, labels)

    def packed(content: bytes) -> Callable[[random.Random], bytes]:
        return lambda chance: gzip.compress(maybe(content, chance), 1)

    def archive(chance: random.Random) -> bytes:
        file = io.BytesIO()
        method = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
        with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as found:
            warnings.simplefilter("ignore")  # of names that are there twice: that is the idea
            for name, content in members.items():
                odd = chance.choice(["", "../", "images.npy", "x_train.npy"])
                chosen = odd if chance.random() < 0.05 and odd else name
                found.writestr(chosen, maybe(content, chance))
        return file.getvalue()

    paper = np.where(generator.random(images.shape) < 0.5, 0, images).reshape(IMAGES, -1)
    standardized = csv_text(paper / 78.6 - 0.42, labels.tolist()).encode()

    def zipped(chance: random.Random) -> bytes:
        file = io.BytesIO()
        method = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
        with zipfile.ZipFile(file, "w", method) as found:
            found.writestr(chance.choice(["train.csv", "../x", "a/b.csv"]), maybe(table, chance))
            found.writestr("__MACOSX/._train.csv", b"")
        return file.getvalue()

    def tarred(chance: random.Random) -> bytes:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as found:
            content = maybe(table, chance)
            member = tarfile.TarInfo(chance.choice(["train.csv", "/x.csv", "a/b.csv"]))
            member.size = len(content)
            found.addfile(member, io.BytesIO(content))
        return file.getvalue() if chance.random() < 0.5 else gzip.compress(file.getvalue(), 1)

    def encoded(kind: str, mode: str) -> Callable[[random.Random], bytes]:
        file = io.BytesIO()
        Image.fromarray(picture).convert(mode).save(file, kind)
        content = file.getvalue()
        return lambda _: content

    return {
        "csv": lambda _: table,
        "label last": lambda _: last,
        "text labels": lambda _: words,
        "one-hot": lambda _: hot,
        "arff": lambda _: arff,
        "libsvm": lambda _: sparse,
        "npy": lambda _: npy(images),
        "zip": zipped,
        "tar": tarred,
        "parquet": lambda _: parquet,
        "matlab": lambda _: matlab,
        "hdf5": lambda _: hdf5,
        "csv.gz": packed(table),
        "16 bits": lambda _: npy(images.astype(np.uint16) * np.uint16(257)),
        "standardized": lambda _: standardized,
        "shares": lambda _: csv_text(images.reshape(IMAGES, -1) / 255, labels.tolist()).encode(),
        "idx": lambda _: idx,
        "idx.gz": packed(idx),
        "npz": archive,
        "labels alone": lambda _: "".join(f"{y}\n" for y in labels).encode(),
        "album": encoded("PNG", "L"),
        "png": encoded("PNG", "RGBA"),
        "palette": encoded("PNG", "P"),
        "jpeg": encoded("JPEG", "RGB"),
        "gif": encoded("GIF", "P"),
        "bmp": encoded("BMP", "RGB"),
        "pgm": encoded("PPM", "L"),
    }  # fmt: skip


def table_of_noise() -> bytes:
    """Images without labels."""
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE**2), np.uint8)
    return joined_rows(images.tolist())


def joined_rows(rows: list[list[int]]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def by_libraries(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[bytes, ...]:
    """The same as Parquet, MATLAB and HDF5."""
    import h5py
    import pyarrow as pa
    import pyarrow.parquet as pq
    from scipy import io as scipy_io

    libraries: tuple[Any, Any, Any, Any] = (pa, pq, scipy_io, h5py)
    arrow, writer, scipy, h5 = libraries
    files = [io.BytesIO() for _ in range(3)]
    columns = {f"p{i}": column for i, column in enumerate(images.reshape(IMAGES, -1).T)}
    writer.write_table(arrow.table({"label": labels, **columns}), files[0])
    scipy.savemat(files[1], {"X": images, "y": labels}, do_compression=True)
    with h5.File(files[2], "w") as file:
        file.create_dataset("images", data=images, compression="gzip")
        file.create_dataset("labels", data=labels)
    return tuple(file.getvalue() for file in files)


def maybe(content: bytes, chance: random.Random) -> bytes:
    return damaged(content, chance) if chance.random() < 0.5 else content


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Content after a few accidents: bits turned, parts lost, doubled, moved, tokens put in."""
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        start = chance.randrange(len(found) + 1)
        end = min(len(found), start + chance.choice((1, 2, 4, 16, 200)))
        accident = chance.randrange(7)
        if accident == 0 and start < len(found):
            found[start] ^= 1 << chance.randrange(8)
        elif accident == 1 and start < len(found):
            found[start] = chance.randrange(256)
        elif accident == 2:
            del found[start:end]
        elif accident == 3:
            found[start:start] = found[start:end] * chance.choice((1, 3, 50))
        elif accident == 4:
            found[start:end] = chance.choice(TOKENS)
        elif accident == 5:
            found[start:start] = chance.choice(TOKENS)
        else:
            del found[chance.choice((start, len(found) // 2)) :]
    return bytes(found)


@dataclass(frozen=True)
class Case:
    """One damaged source; kind, seed and number make it again."""

    kind: str
    seed: int
    number: int

    def run(self, folder: Path, make: Callable[[random.Random], bytes]) -> bool:
        """Whether it was read; raises what it should not have raised."""
        chance = random.Random(f"{self}")  # noqa: S311 (to repeat, not to keep a secret)
        content = make(chance)
        if chance.random() < 0.9:  # the rest are as they were, and must be read where whole
            content = damaged(content, chance)
        path = folder / "source"
        try:
            if self.kind in ("png", "palette", "jpeg", "gif", "bmp", "pgm"):
                path.write_bytes(content)
                check_picture(read_picture(chance.choice((path, content))))
            elif self.kind == "album":
                check(load(str(album(folder / "album", content, make(chance)))))
            elif self.kind == "labels alone":
                (folder / "images.csv").write_bytes(table_of_noise())
                (folder / "labels.csv").write_bytes(content)
                check(load(str(folder)))
            else:
                path.write_bytes(content)
                if chance.random() < 0.8:
                    cache = folder / "cache" if chance.random() < 0.1 else None
                    check(load(str(beside(path)), cache=cache))
                else:
                    assert load_images(str(path)).images.dtype == np.uint8
        except DataError as refusal:
            message = str(refusal)
        else:
            return True
        # It may quote a piece of what was damaged, but never a line's end.
        assert "\n" not in message, f"not one line: {message}"
        return False


def beside(images: Path) -> Path:
    """The same file with good labels beside it, should it be one of IDX images."""
    if images.read_bytes()[:2] != b"\0\0":
        return images
    path = images.with_name("train-images-idx3-ubyte")
    images.replace(path)
    labels = images.with_name("train-labels-idx1-ubyte")
    labels.write_bytes(write_idx(np.arange(IMAGES, dtype=np.uint8) % 3))
    return path


def album(folder: Path, content: bytes, whole: bytes) -> Path:
    """Four pictures, of which one is the damaged one."""
    picture = np.zeros((40, 40), np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    for place in ("a/1", "a/2", "b/1", "b/2"):
        path = folder / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            content if place == "b/1" else whole if place == "a/2" else file.getvalue()
        )
    return folder


def check(found: Dataset) -> None:
    """What every dataset promises."""
    for part in (found.train, found.test):
        assert part.images.dtype == part.labels.dtype == np.uint8
        assert part.images.shape == (len(part.labels), found.side**2)
        assert len(part) > 0
        assert int(part.labels.max()) < found.classes <= 62
    assert found.classes == len(found.names) >= 2
    assert 4 <= found.side <= 128


def check_picture(found: Picture) -> None:
    assert found.image.shape == (28, 28)
    assert found.image.dtype == np.uint8
    assert found.image.max() == 255


Run = Callable[[Case, Path, Callable[[random.Random], bytes]], bool]
Makers = Callable[[], dict[str, Callable[[random.Random], bytes]]]


def child(pipe: Connection, cases: list[Case], run: Run, good: Makers) -> None:
    """Run cases one after the other, telling of each before it begins and after it ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("error")  # a warning would be a line on somebody's screen
    makers = good()
    with tempfile.TemporaryDirectory() as name:
        for case in cases:
            pipe.send(("begun", case, ""))
            folder = Path(name) / "case"
            folder.mkdir()
            try:
                read = run(case, folder, makers[case.kind])
                pipe.send(("read" if read else "refused", case, ""))
            except BaseException:  # that is what is looked for
                pipe.send(("raised", case, traceback.format_exc()))
            remove(folder)
    pipe.send(("done", None, ""))


def remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


@dataclass
class Report:
    """What came of all cases."""

    read: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list[str])


def fuzz(
    cases: list[Case], run: Run = Case.run, seconds: float = SECONDS, good: Makers = good
) -> Report:
    """Run the cases in child processes, a new one after each crash or hang."""
    report, left = Report(), deque(cases)
    # A fresh interpreter: a fork would inherit threads and memory of whoever calls.
    context = multiprocessing.get_context("spawn")
    while left:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(theirs, list(left), run, good), daemon=True)
        process.start()
        theirs.close()
        current: Case | None = None
        patience = seconds + 20  # to begin with, it imports
        while True:
            try:
                if not ours.poll(patience):
                    report.problems.append(f"{current}: hangs")
                    break
                what, case, told = ours.recv()
            except EOFError:
                process.join()
                report.problems.append(f"{current}: the process ended with {process.exitcode}")
                break
            patience = seconds
            if what == "done":
                left.clear()
                break
            if what == "begun":
                current = case
                left.popleft()
            elif what == "raised":
                report.problems.append(f"{case}: raised\n{told}")
            elif what == "read":
                report.read += 1
            else:
                report.refused += 1
        process.kill()
        process.join()
        ours.close()
    return report


def cases_of(count: int, seed: int = 0, good: Makers = good) -> list[Case]:
    """So many cases, the kinds in turn."""
    kinds = list(good())
    return [Case(kinds[i % len(kinds)], seed, i) for i in range(count)]


def main(about: str | None = __doc__, run: Run = Case.run, good: Makers = good) -> int:
    thousands, seed = numbers(about, thousands=10.0, seed=0)
    cases = cases_of(round(1000 * thousands), seed, good)
    begun = time.perf_counter()
    report = fuzz(cases, run, good=good)
    for problem in report.problems:
        print(problem)
    print(
        f"{len(cases):,} cases in {time.perf_counter() - begun:.0f} s: {report.read:,} read, "
        f"{report.refused:,} refused, {len(report.problems):,} problems"
    )
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
