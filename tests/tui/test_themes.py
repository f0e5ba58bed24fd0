"""Every theme can be read, with as few colours as a terminal may have."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.rooms.confusion.matrix import Matrix
from mnist_tui.tui.rooms.saliency.overlay import Colors, Palette
from mnist_tui.tui.themes import themes_for
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.color import Color as Ground
from textual.geometry import Region
from textual.theme import Theme

from tests.helpers.app.app_driver import opened

LEAST = 4.0  # contrast of a text, after WCAG 2.1; in 16 colours grey on black has less
ROLES = ("foreground", "accent", "primary", "secondary", "warning", "success")
STANDARD = [  # the 16 colours, as xterm has them; the darkest cyan and yellow of all usual palettes
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_sixteen(color: str) -> str:
    """What a terminal of 16 colours shows for it."""
    number = Color.parse(color).downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return STANDARD[number]


def inks(theme: Theme) -> dict[str, str]:
    roles = {role: getattr(theme, role) for role in ROLES}
    runs = {name: ink for name, ink in theme.variables.items() if name.startswith("run-")}
    return {**roles, **runs, **{sign: theme.variables[sign] for sign in ("plus", "minus")}}


@pytest.mark.parametrize("theme", themes_for("truecolor"), ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "panel"])
def test_every_text_can_be_read(theme: Theme, ground: str) -> None:
    for role, ink in inks(theme).items():
        assert contrast(ink, getattr(theme, ground)) >= LEAST, role


@pytest.mark.parametrize("theme", themes_for("16"), ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "panel"])
def test_every_text_can_be_read_in_sixteen_colors(theme: Theme, ground: str) -> None:
    for role, ink in inks(theme).items():
        assert contrast(as_sixteen(ink), as_sixteen(getattr(theme, ground))) >= 3.5, role


def test_in_sixteen_colors_what_moves_is_not_what_recedes() -> None:
    for theme in themes_for("16"):
        shown = {role: as_sixteen(ink) for role, ink in inks(theme).items()}
        assert len({shown[role] for role in ("foreground", "accent", "primary", "secondary")}) == 4


@pytest.mark.parametrize("name", ["paper", "ink"])
async def test_a_terminal_of_sixteen_colors_needs_not_be_told_and_nothing_fades(
    small: Dataset, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "standard")  # as Rich finds by TERM
    (theme,) = (theme for theme in themes_for("16") if theme.name == name)
    async with opened(small) as app:
        assert inks(app.app.available_themes[name]) == inks(theme)
        app.app.theme = name
        await app.make(3)
        await app.press("c")
        await app.until(lambda: "wrong" in app.lines(Matrix)[0])
        matrix = app.app.screen.query_one(Matrix)
        rows = matrix.render_lines(Region(0, 0, *matrix.size))
        dots = [style for row in rows for text, style, _ in row if "·" in text and style]
        assert dots
        ground = as_sixteen(str(theme.background))
        for style in dots:  # the zeros, which recede
            assert style.color
            shown = as_sixteen(style.color.get_truecolor().hex)
            assert contrast(shown, ground) >= 3.5


@pytest.mark.parametrize("level", [-2, 2])
def test_faint_signs_have_a_whole_hue_in_sixteen_colors(level: int) -> None:
    paper, ink, plus, minus = map(Ground.parse, ("#ffffff", "#000000", "#0000aa", "#aa00aa"))
    palette = Palette(Colors(paper, ink, plus, minus, Style(), are_few=True))
    style = palette.style(0, level, flipped=False, here=False)
    assert style.color is not None
    assert contrast(as_sixteen(style.color.get_truecolor().hex), "#ffffff") >= 3.5
