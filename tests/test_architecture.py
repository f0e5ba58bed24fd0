"""The walls between the wings, and what must not be loaded before the first screen."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.helpers.support import ROOT


def modules_of(wing: str) -> list[str]:
    """Every module of a wing by its full name."""
    files = [path.relative_to(ROOT) for path in sorted((ROOT / wing).rglob("*.py"))]
    names = [".".join(["mnist_tui", *path.with_suffix("").parts]) for path in files]
    return [name.removesuffix(".__init__") for name in names]


def loaded_by(*names: str) -> set[str]:
    """What a fresh interpreter, outside the checkout, has loaded after importing these."""
    code = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
    code += "print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path("/")
    )
    return set(found.stdout.split())


def of(modules: set[str], *packages: str) -> set[str]:
    """Those of the modules that belong to these packages."""
    return {
        module
        for module in modules
        if any(module == package or module.startswith(f"{package}.") for package in packages)
    }


SCREEN = ("textual", "plotext", "rich", "pandas", "PIL", "click", "mnist_tui.tui")


def test_the_network_knows_no_file_and_no_screen() -> None:
    names = modules_of("net")
    assert "mnist_tui.net.network" in names
    loaded = loaded_by(*names)
    assert set(names) <= loaded
    assert of(loaded, *SCREEN, "mnist_tui.data") == set()


def test_the_data_know_no_network_and_no_screen() -> None:
    names = modules_of("data")
    assert "mnist_tui.data.dataset" in names
    loaded = loaded_by(*names)
    assert set(names) <= loaded
    assert of(loaded, *SCREEN, "mnist_tui.net") == set()


def test_the_first_screen_waits_for_no_number_library() -> None:
    loaded = loaded_by("mnist_tui.tui.app")
    assert "mnist_tui.tui.screens.main.screen" in loaded
    assert of(loaded, "numpy", "pandas", "PIL", "plotext") == set()


def test_a_bad_option_is_told_without_loading_the_app() -> None:
    heavy = ("textual", "rich", "plotext", "pandas", "numpy", "aiohttp")
    assert of(loaded_by("mnist_tui.tui.cli.main"), *heavy) == set()


def test_the_core_of_the_app_runs_without_a_screen() -> None:
    folders = [
        f"mnist_tui.tui.{name}" for name in ("config", "datasets", "interop", "storage", "training")
    ]
    names = [name for name in modules_of("tui") if of({name}, *folders)]
    without_screen = ("files", "interop", "script", "tables", "tensorboard")
    names += of({*modules_of("tui")}, *(f"mnist_tui.tui.export.{name}" for name in without_screen))
    assert {"mnist_tui.tui.training.workspace", "mnist_tui.tui.storage.autosave"} <= set(names)
    loaded = loaded_by(*names)
    assert set(names) <= loaded
    assert of(loaded, "textual") == set()


def test_the_package_itself_loads_nothing_until_it_is_used() -> None:
    bare = loaded_by("typing", "importlib")
    assert of(loaded_by("mnist_tui") - bare, "numpy", "mnist_tui") == {"mnist_tui"}


def test_the_library_runs_without_a_screen() -> None:
    loaded = loaded_by("mnist_tui.api")
    assert of(loaded, "textual", "plotext", "click", "rich", "pandas") == set()


@pytest.mark.parametrize("wing", ["data", "net", "tui"])
def test_every_module_can_be_imported_alone(wing: str) -> None:
    assert set(modules_of(wing)) <= loaded_by(*reversed(modules_of(wing)))


def test_the_wheel_holds_every_folder_of_code() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    folders = {
        path.parent.relative_to(ROOT)
        for w in ("data", "net", "tui")
        for path in (ROOT / w).rglob("*.py")
    }
    on_disk = {".".join(["mnist_tui", *folder.parts]) for folder in folders}
    on_disk = on_disk - {"mnist_tui.tui.library"} | {"mnist_tui"}  # as which it is installed
    without_code = {"mnist_tui.data.mnist"}
    assert without_code < listed
    assert listed - without_code == on_disk
