"""The documents: links resolve, commands parse, and every key of the app is in docs/keys.md."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from mnist_tui.net.architecture import architecture_name
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.presets import PRESETS
from mnist_tui.net.run.history import COLUMNS
from mnist_tui.tui.cli.main import cli
from mnist_tui.tui.config.recipe import parse_recipe
from mnist_tui.tui.keymap.main_keys import KEYS_BY_TOPIC, RUN_KEYS, Key
from mnist_tui.tui.keymap.room_keys import ROOM_KEYS
from mnist_tui.tui.keymap.rooms import ROOMS

from tests.helpers.support import ROOT

PAGES = [
    page
    for pattern in ("*.md", "docs/*.md", "findings/*.md", "tests/manual/*.md")
    for page in sorted(ROOT.glob(pattern))
]
README_LINES = 130
ROOM_HEADINGS = {
    "range_test": "Find alpha",
    "landscape": "The lie of the land",
    "network": "Network",
    "maths": "Maths",
    "digit": "Watch one digit",
    "confusion": "Confusion",
    "gallery": "Gallery",
    "weights": "Weights",
    "unit": "One unit",
    "logits": "Contributions",
    "sweep": "Sweep",
    "draw": "Draw",
    "pixels": "Pixels",
}
KEYS_BY_HEADING: dict[str, tuple[Key, ...]] = {
    **KEYS_BY_TOPIC,
    "Runs table": RUN_KEYS,
    **{ROOM_HEADINGS[room]: keys for room, keys in ROOM_KEYS.items()},
}


def names(pages: list[Path]) -> list[str]:
    """Return paths for pytest to show."""
    return [str(page.relative_to(ROOT)) for page in pages]


def sections(page: Path) -> dict[str, str]:
    """Return the text of a page by heading."""
    parts = re.split(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchor(heading: str) -> str:
    """Return the fragment under which GitHub links a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of every mnist-tui command on a page.

    Left out: those with capitals, which stand for values, and the mere names of commands in prose.
    """
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [part for block in blocks for part in re.split(r"\n|&&", block.replace("\\\n", " "))]
    lines += re.findall(r"`(mnist-tui (?:-|\w+ )[^`]*)`", text)
    for line in lines:
        words = shlex.split(line, comments=True)
        at = [i for i, word in enumerate(words) if Path(word).name == "mnist-tui"]
        has_placeholder = any(word.isupper() for word in words)
        if at and words[0] not in ("uvx", "pipx", "ssh") and not has_placeholder:
            yield words[at[0] + 1 :]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= README_LINES


@pytest.mark.parametrize("heading", KEYS_BY_HEADING)
def test_every_key_is_documented_with_what_it_does(heading: str) -> None:
    section = sections(ROOT / "docs" / "keys.md")[heading]
    rows = [f"| `{key.shown_as}` | {key.help} |" for key in KEYS_BY_HEADING[heading]]
    assert [row for row in rows if row not in section] == []


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if fragment:
            assert fragment in map(anchor, sections(there)), target


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_file_that_is_named_exists(page: Path) -> None:
    wings = (ROOT, ROOT / "tui")
    for name in re.findall(r"`([\w*]+/[\w*/.]+\.(?:py|md|tcss))`", page.read_text("utf-8")):
        assert any(next(wing.glob(name), None) for wing in wings), name


def test_every_page_of_the_docs_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in readme


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_picture(room: str) -> None:
    assert f"(pictures/{room}.svg)" in (ROOT / "docs" / "rooms.md").read_text("utf-8")
    assert (ROOT / "docs" / "pictures" / f"{room}.svg").exists()


def test_every_preset_is_documented() -> None:
    table = (ROOT / "docs" / "presets.md").read_text("utf-8")
    commands_page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name, preset in PRESETS.items():
        assert f"`{name}`" in commands_page
        row = re.search(rf"^\| `{name}` \| ([\d-]+) \|", table, re.MULTILINE)
        assert row is not None
        assert row[1] == architecture_name((784, *preset.hyperparameters.hidden, 10))


def test_every_column_of_a_history_is_documented() -> None:
    text = (ROOT / "docs" / "file-formats.md").read_text("utf-8")
    section = text.partition("## History\n")[2].partition("\n## ")[0]
    named = [
        name
        for row in re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]
    chosen = [field.name for field in fields(Hyperparameters)]
    chosen[chosen.index("alpha")] = "chosen_alpha"
    assert sorted(named) == sorted(["run", *COLUMNS, *chosen, "changed"])


def test_every_command_in_the_documents_parses() -> None:
    found = [(page, words) for page in PAGES for words in commands(page)]
    assert len(found) > 20
    for page, words in found:
        try:
            is_command = words[:1] and words[0] in cli.commands
            command = cli.commands[words[0]] if is_command else cli
            context = command.make_context("mnist-tui", words[1:] if is_command else [*words])
            recipe: object = context.params.get("recipe")
            if isinstance(recipe, str):
                parse_recipe(recipe)
        except click.ClickException as problem:
            pytest.fail(f"{page.name}: mnist-tui {' '.join(words)}: {problem.format_message()}")


def test_every_long_command_is_listed() -> None:
    listed = (ROOT / "tests" / "manual" / "README.md").read_text("utf-8")
    manual = ROOT / "tests" / "manual"
    for path in manual.rglob("[!_]*.py"):
        name = ".".join(path.relative_to(manual).with_suffix("").parts)
        assert f"| `{name}" in listed


def test_every_finding_is_listed() -> None:
    listed = (ROOT / "findings" / "README.md").read_text("utf-8")
    scripts = {path.name for path in (ROOT / "findings").glob("*.sh")}
    assert set(re.findall(r"\]\((\S+\.sh)\)", listed)) == scripts


def test_the_test_command_is_where_ci_looks_for_it() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- test -->\n```sh\n(.+)\n```\n", readme)
    assert found is not None
    assert found[1].endswith("pytest -n 2 --dist loadfile")
