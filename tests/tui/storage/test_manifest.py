"""The manifest: what is written is what is read."""

from __future__ import annotations

from dataclasses import asdict

from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.storage.manifest import Manifest, format_manifest, parse_manifest


def test_a_page_is_read_as_it_was_written() -> None:
    facts = {"begun": "seed 0", "start": 0, "seconds": 1.5, "state": "paused"}
    wanted = {**asdict(Hyperparameters(hidden=(3, 4), batch_size=5)), "hidden": [3, 4]}
    manifest = Manifest(
        source="/data",
        current=2,
        share=0.3,
        wanted=wanted,
        plan="hidden=3,4 batch=5 @300 alpha=0.05",
        index=7,
        names={"2": "mine"},
        hidden=[1],
        runs={"2": facts},
        ended=True,
    )
    assert parse_manifest(format_manifest(manifest).encode()) == manifest
