"""The exported script: really run, it ends where the run ended, in NumPy alone."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.augment import Epochs
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.checkpoint import SavedModel
from mnist_tui.net.run.diagnosis import DivergedError
from mnist_tui.net.run.provenance import Provenance
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.datasets.loading import open_dataset, provenance_of
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.script import script

from tests.helpers.datasets.source_files import csv_text, write_npz
from tests.helpers.support import Run, steer, write_folder

# Runs the script with its folder as DATA; nothing of this program may be there to be imported.
ALONE = """
import runpy, sys
sys.modules["mnist_tui"] = None
runpy.run_path(sys.argv.pop(1), run_name="__main__")
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"pandas", "scipy", "textual"}))
"""


def outcome(path: Path, *arguments: str | Path) -> tuple[int, int, str]:
    """Right answers, of how many, and all that was said."""
    command = [sys.executable, "-c", ALONE, str(path), *map(str, arguments)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=path.parent, timeout=100
    )
    *lines, others = ended.stdout.splitlines(keepends=True)
    assert others == "\n", "loads NumPy and Python's own alone"
    found = re.fullmatch(r"(\d+) of (\d+) test images right: .*\n", lines[-1])
    assert found is not None
    return int(found[1]), int(found[2]), "".join(lines[:-1])


def right(trainer: Trainer) -> int:
    return round(trainer.measure().test_accuracy * 200)


def exported(trainer: Trainer, made: Provenance, path: Path) -> Path:
    path.write_text(script("a run", SavedModel(trainer.state(), made)), "utf-8")
    return path


def steered(
    small: Dataset, chosen: dict[str, Any], *changes: tuple[int, dict[str, Any]]
) -> Trainer:
    trainer = Trainer(
        small.train,
        small.test,
        Hyperparameters(**chosen),
        augmented=Epochs(small.train.images).images,
    )
    return steer(trainer, changes)


RUNS: dict[str, tuple[dict[str, Any], tuple[tuple[int, dict[str, Any]], ...]]] = {
    "gd, whole set": ({"alpha": 0.3, "iterations": 60}, ((20, {"alpha": 0.1}),)),
    "gd, batches": ({"iterations": 60, "batch_size": 64, "seed": 5}, ((31, {"alpha": 0.05}),)),
    "momentum, batches": (
        {"optimizer": "momentum", "alpha": 0.02, "iterations": 50, "batch_size": 33},
        ((9, {"alpha": 0.05, "momentum": 0.5}),),
    ),
    "nesterov, whole set": (
        {"optimizer": "nesterov", "alpha": 0.05, "iterations": 40, "init": "uniform"},
        (),
    ),
    "adam, batches, two layers": (
        {
            "optimizer": "adam",
            "alpha": 0.003,
            "iterations": 60,
            "batch_size": 50,
            "hidden": (20, 9),
        },
        ((25, {"alpha": 0.001}),),
    ),
    "decay and a schedule": (
        {"iterations": 60, "weight_decay": 0.01, "schedule": "cosine", "batch_size": 100},
        ((30, {"weight_decay": 0.001}), (40, {"schedule": "step", "iterations": 70})),
    ),
    "everything changed": (
        {"iterations": 30, "alpha": 0.1},
        (
            (7, {"batch_size": 70}),
            (12, {"optimizer": "momentum", "alpha": 0.03}),
            (15, {"batch_size": None}),
            (20, {"batch_size": 30, "optimizer": "adam", "alpha": 0.002}),
            (30, {"iterations": 50}),
        ),
    ),
    "deformed digits, for a while": (
        {"iterations": 40, "batch_size": 70, "augment": "elastic", "alpha": 0.3},
        (
            (11, {"augment": "none"}),
            (18, {"augment": "elastic"}),
            (33, {"augment": "none", "batch_size": None}),
        ),
    ),
    "dropout, for a while": (
        {"iterations": 40, "batch_size": 70, "dropout": 0.5, "alpha": 0.1, "hidden": (20, 9)},
        (
            (11, {"dropout": 0.0}),
            (18, {"dropout": 0.3, "input_dropout": 0.2}),
            (33, {"dropout": 0.0, "input_dropout": 0.0, "batch_size": None}),
        ),
    ),
    "moved images, for a while": (
        {"iterations": 40, "batch_size": 70, "adversary": 1.0, "alpha": 0.1, "hidden": (20, 9)},
        (
            (11, {"adversary": 0.0}),
            (18, {"adversary": 0.5, "dropout": 0.3, "input_dropout": 0.2}),
            (33, {"adversary": 0.0, "dropout": 0.0, "input_dropout": 0.0, "batch_size": None}),
        ),
    ),
    "moved and deformed images": (
        {"iterations": 12, "batch_size": 70, "adversary": 1.0, "alpha": 0.1, "augment": "elastic"},
        (),
    ),
    "max-norm, from some update on": (
        {"iterations": 40, "batch_size": 70, "alpha": 0.3, "hidden": (20, 9)},
        ((15, {"max_norm": 1.2}),),
    ),
    "zero": ({"iterations": 5, "init": "zero"}, ()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_it_ends_with_as_many_right_answers_as_the_run(
    name: str, small: Dataset, folder: Path, tmp_path: Path
) -> None:
    chosen, changes = RUNS[name]
    trainer = steered(small, chosen, *changes)
    made = provenance_of(replace(small, notes=("IDX, four files",)), str(folder))
    found, of, said = outcome(exported(trainer, made, tmp_path / "run.py"))  # its own data
    assert of == 200
    assert found == right(trainer)
    assert "not the images" not in said


def test_a_forked_run_is_made_again_from_its_first_weights(
    small: Dataset, folder: Path, tmp_path: Path
) -> None:
    first = steered(small, {"iterations": 20, "batch_size": 40, "optimizer": "adam", "alpha": 0.01})
    forked = Trainer(small.train, small.test, first.hyperparameters)
    forked.restore(first.state())
    forked.change(replace(first.hyperparameters, iterations=45, alpha=0.002))
    for _ in forked.steps():
        pass
    path = exported(forked, Provenance(), tmp_path / "run.py")
    assert outcome(path, folder)[0] == right(forked)


def test_what_an_optimizer_forgot_when_an_update_diverged_is_forgotten_again(
    small: Dataset, folder: Path, tmp_path: Path
) -> None:
    chosen: dict[str, Any] = {"optimizer": "momentum", "alpha": 0.2, "iterations": 24}
    trainer = Trainer(small.train, small.test, Hyperparameters(**chosen))
    for since in (8, 16):
        for _ in islice(trainer.steps(), since - trainer.iteration):
            pass
        steady = trainer.hyperparameters
        trainer.change(replace(steady, alpha=1e30))
        with pytest.raises(DivergedError):
            next(trainer.steps())
        trainer.change(steady)
    for _ in trainer.steps():
        pass
    path = exported(trainer, Provenance(), tmp_path / "run.py")
    assert "FORGETS = [8, 16]" in path.read_text("utf-8")
    assert outcome(path, folder)[0] == right(trainer)
    assert right(trainer) != right(steered(small, chosen)), "else this would prove nothing"


def test_it_reads_npz_and_says_when_the_data_are_others(
    small: Dataset, folder: Path, tmp_path: Path
) -> None:
    trainer = steered(small, {"iterations": 12})
    path = exported(trainer, provenance_of(small, str(folder)), tmp_path / "run.py")
    arrays = {"x_train": small.train.images, "y_train": small.train.labels}
    arrays |= {"x_test": small.test.images, "y_test": small.test.labels}
    write_npz(tmp_path / "same.npz", **{k: v.astype(np.int64) for k, v in arrays.items()})
    found, _, said = outcome(path, tmp_path / "same.npz")
    assert found == right(trainer)
    assert "not the images" not in said
    arrays["x_train"] = arrays["x_train"][::-1]
    write_npz(tmp_path / "other.npz", **arrays)
    assert "not the images it learnt from" in outcome(path, tmp_path / "other.npz")[2]


def test_without_data_it_says_how_to_get_them(tmp_path: Path, small: Dataset) -> None:
    trainer = steered(small, {"iterations": 1})
    path = exported(trainer, provenance_of(small, "mnist"), tmp_path / "run.py")
    ended = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "mnist-tui data --out digits" in ended.stderr


def sideways(folder: Path, small: Dataset) -> str:
    """A pair of tables whose images lie on their side, with what has to be said of them."""
    for name, d in (("one.csv", small.train), ("two.csv", small.test)):
        turned = d.images.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(d), -1)
        (folder / name).write_text(csv_text(turned, d.labels.tolist(), header=False))
    return f"{folder}/one.csv --test {folder}/two.csv --label first --transpose"


def folder_on_its_side(folder: Path, small: Dataset) -> str:
    parts = (
        Digits(d.images.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(d), -1), d.labels)
        for d in (small.train, small.test)
    )
    train, test = parts
    return f"{write_folder(folder / 'set', replace(small, train=train, test=test))} --transpose"


def fractions(folder: Path, small: Dataset) -> str:
    arrays = {"x_train": small.train.images / 255, "y_train": small.train.labels}
    arrays |= {"x_test": small.test.images / 255, "y_test": small.test.labels}
    return str(write_npz(folder / "fractions.npz", **arrays))


def light_paper(folder: Path, small: Dataset) -> str:
    parts = (Digits(255 - d.images, d.labels) for d in (small.train, small.test))
    train, test = parts
    return str(write_folder(folder / "light", replace(small, train=train, test=test)))


@pytest.mark.parametrize("written", [sideways, folder_on_its_side, fractions, light_paper])
def test_of_data_that_only_the_program_reads_so_it_says_what_to_export(
    tmp_path: Path, small: Dataset, run: Run, written: Callable[[Path, Dataset], str]
) -> None:
    source = written(tmp_path, small)
    dataset = open_dataset(source)
    assert np.array_equal(dataset.train.images, small.train.images)
    trainer = steered(small, {"iterations": 12})
    path = exported(trainer, provenance_of(dataset, source), tmp_path / "run.py")
    ended = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert ended.stderr.startswith("digits: does not exist. To get the data: mnist-tui data ")
    command = shlex.split(ended.stderr.partition("mnist-tui ")[2])
    assert command[-2:] == ["--out", "digits"]
    assert run(*command[:-1], tmp_path / "digits").code == 0
    found, _, said = outcome(path, tmp_path / "digits")
    assert found == right(trainer)
    assert "not the images" not in said


def test_whatever_a_run_is_called_nothing_of_it_is_run(small: Dataset) -> None:
    bad = '"""\nimport harm\nharm() # \x1b[31m\\'
    made = Provenance(data=bad, source=f"/{bad}", form="IDX, four files", sha256=bad)
    trainer = steered(small, {"iterations": 1})
    text = script(bad, SavedModel(trainer.state(), made), f"{bad}.py")
    assert "\x1b" not in text
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = {a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names}
    assert "harm" not in names | imported
    settings = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    assert settings["DATA"] == f"/{bad}"


def test_a_file_too_old_to_say_what_changed_is_refused(small: Dataset) -> None:
    trainer = steered(small, {"iterations": 6}, (3, {"alpha": 0.5}))
    state = replace(trainer.state(), hyperparameter_log=((0, trainer.hyperparameters),))
    with pytest.raises(UserError, match="too old"):
        script("m", SavedModel(state, Provenance()))


def test_images_in_another_number_of_classes_and_pixels(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    images = generator.integers(0, 256, (90, 36), np.uint8)
    digits = Digits(images, (images[:, 0] // 86).astype(np.uint8))
    trainer = Trainer(
        digits, digits, Hyperparameters(iterations=40, batch_size=20, hidden=(30,)), classes=3
    )
    for _ in trainer.steps():
        pass
    path = exported(trainer, Provenance(), tmp_path / "run.py")
    np.savez(
        tmp_path / "d.npz",
        x_train=images.reshape(-1, 6, 6),
        y_train=digits.labels,
        x_test=images,
        y_test=digits.labels,
    )
    assert outcome(path, tmp_path / "d.npz")[0] == round(trainer.measure().test_accuracy * 90)


@pytest.mark.parametrize("content", [b"label,pixel0\n1,0\n", b"PK\x03\x04", b"", b"\x80\x04."])
def test_data_that_are_none_are_told_in_a_line(
    small: Dataset, tmp_path: Path, content: bytes
) -> None:
    trainer = steered(small, {"iterations": 1})
    path = exported(trainer, Provenance(data="small"), tmp_path / "run.py")
    (tmp_path / "train.csv").write_bytes(content)
    ended = subprocess.run(
        [sys.executable, path, tmp_path / "train.csv"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.returncode == 1
    assert "is not, or not whole, a folder with four IDX files" in ended.stderr
    assert ended.stderr.count("\n") == 1
