"""The picture of a sweep: the table's numbers, well-formed, and what is no number by its sign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.sweep_svg import heatmap_svg
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.watch.opened import OpenSweep
from mnist_tui.tui.sweep.watch.overview import Overview, overview
from mnist_tui.tui.sweep.watch.plan import Plan

from tests.helpers.runs.sweep_folders import GRID, figures, made
from tests.helpers.support import program


def shown(folder: Path) -> Overview:
    """Return the overview of a folder."""
    content = OpenSweep(folder).read()
    return overview(content.results, content.plan, test_images=content.test_images)


def words(svg: str) -> list[str]:
    """Return all texts of a picture, which must be well-formed."""
    return [text.text or "" for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314  (our own)


def test_its_numbers_are_the_tables_and_signs_tell_the_rest(tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep", count=29)
    found = words(heatmap_svg(shown(folder), "a <sweep> & more"))
    assert found[0] == "test accuracy, in percent: a <sweep> & more"
    assert found[1] == "29 of 30 runs, seed pooled (3)"
    for hidden in ("4", "9,6"):
        for alpha in ("0.01", "0.03162", "0.1", "0.3162"):
            numbers = figures(folder, {"alpha": alpha, "hidden": hidden})
            is_best = (alpha, hidden) == ("0.3162", "9,6")
            assert f"{100 * numbers.mean:.2f}{'◆' * is_best}" in found
            assert f"±{100 * numbers.spread:.2f}" in found
    assert "✗" in found
    broken = figures(folder, {"alpha": "1.0", "hidden": "9,6"})
    assert f"{100 * broken.mean:.2f}/" in found
    best = figures(folder, {"alpha": "0.3162", "hidden": "9,6"})
    assert found[-1] == (
        f"◆ best: alpha 0.3162, hidden 9-6: {100 * best.mean:.2f} % ± {100 * best.spread:.2f} over "
        f"3 runs; standard error of the test set {100 * best.test_error:.2f}"
    )


def test_an_empty_sweep_is_all_pending_and_one_too_large_is_refused() -> None:
    assert words(heatmap_svg(overview((), Plan.of(replace(GRID, cells=30))), "x")).count("·") == 10
    large = Manifest("alpha=1", {"alpha": "0.01:1:log250", "hidden": "1:251"}, cells=62_500)
    with pytest.raises(UserError, match="62,500 cells; a picture shows at most 40,000"):
        heatmap_svg(overview((), Plan.of(large)), "x")


def test_the_command_writes_it_and_never_over_another(tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    file = tmp_path / "map.svg"
    ended = program("export", folder, "--heat-map", file)
    assert (ended.returncode, ended.stderr) == (0, f"mnist-tui: written to {file}\n")
    assert file.read_text("utf-8") == heatmap_svg(shown(folder), "sweep")
    again = program("export", folder, "--heat-map", file)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    wrong = program("export", tmp_path, "--heat-map", tmp_path / "b.svg")
    assert wrong.returncode == 1
    assert "is not the folder of a sweep" in wrong.stderr
