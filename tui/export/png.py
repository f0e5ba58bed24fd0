"""Pictures of text as PNG: the same SVG, drawn by resvg, an extra, in fonts of this machine."""

from __future__ import annotations

from pathlib import Path

from ..errors import UserError, needs_extra

FONTS = {  # one for text and lines, one for the dots of curves, which the first does not have
    "DejaVu Sans Mono": "DejaVuSansMono.ttf",
    "DejaVu Sans": "DejaVuSans.ttf",
}
RICHS_OWN = "Fira Code"  # the font that Rich names in its SVG, and leaves to a browser to fetch
ZOOM = 1.5  # so that a screen is sharp on a slide
PICTURES = (".svg", ".png")


def picture(svg: str, path: Path) -> str | bytes:
    """Return the content of a file of this name. Raises UserError if a PNG cannot be made."""
    return png(svg) if path.suffix.lower() == ".png" else svg


def png(svg: str) -> bytes:
    """Render an SVG of Rich's as PNG. Raises UserError that says what is missing."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise UserError(f"{needs_extra('PNG', 'resvg-py', 'png')}, or choose .svg") from None
    text, *_ = FONTS
    drawn = svg_to_bytes(
        svg_string=svg.replace(RICHS_OWN, text),
        font_files=_fonts(),
        skip_system_fonts=True,
        zoom=ZOOM,
    )
    return bytes(drawn)


def _fonts() -> list[str]:
    """Their files, wherever this system keeps fonts."""
    from PIL import ImageFont

    try:
        return [str(ImageFont.truetype(file).path) for file in FONTS.values()]
    except OSError:
        raise UserError(
            f"PNG needs the fonts {' and '.join(FONTS)} (Debian: fonts-dejavu-core); "
            "or choose .svg, which needs none"
        ) from None
