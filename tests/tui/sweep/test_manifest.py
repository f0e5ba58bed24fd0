"""The manifest: the same plan again from disk; anything else is refused in a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.manifest import MANIFEST, Manifest, read_manifest, write_manifest

ONE = Manifest(
    recipe="alpha=0.15 batch=50 @30 schedule=step",
    axes={"seed": "0:3", "alpha": "0.01:1:log9"},
    halving=3,
    share=0.2,
    source="/data/digits",
    test_images=200,
)


def test_the_plan_is_the_same_again(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    write_manifest(tmp_path, ONE)
    again = read_manifest(tmp_path)
    assert again is not None
    assert again == ONE
    assert len(ONE.plan()) == 27
    assert again.plan() == ONE.plan()
    assert [axis.name for axis in again.parsed_axes] == ["alpha", "seed"]


def test_so_are_its_draws(tmp_path: Path) -> None:
    drawn = Manifest("alpha=0.1", {"alpha": "0.01:1:log"}, draws=4, draw_seed=7)
    write_manifest(tmp_path, drawn)
    again = read_manifest(tmp_path)
    assert again is not None
    assert again.plan() == drawn.plan()
    assert len(set(again.plan())) == 4


BAD: list[tuple[str, Any]] = [
    ("format", 2),
    ("recipe", "alpha=x"),
    ("axes", []),
    ("axes", {"alpha": 1}),
    ("axes", {"beta": "1"}),
    ("axes", {"alpha": "1:0:log9"}),
    ("draws", 1.5),
    ("cells", None),
    ("cells", True),
    ("share", "0.2"),
    ("surplus", 1),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_other_content_is_refused(tmp_path: Path, name: str, value: object) -> None:
    write_manifest(tmp_path, ONE)
    content = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps({**content, name: value}))
    with pytest.raises(UserError, match="is not the manifest of a sweep") as refused:
        read_manifest(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"format": 1}'])
def test_so_is_what_is_no_manifest_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(UserError, match="is not the manifest of a sweep"):
        read_manifest(tmp_path)
