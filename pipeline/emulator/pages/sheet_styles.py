"""Cell formats as style sheet rules: equal looks share one class, since the page allows no style inside a tag.

Pure. Every value is made here from numbers and known words, so nothing that a person typed reaches a style sheet.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Rgb = tuple[float, float, float]

LINES = {
    "DOTTED": "1px dotted",
    "DASHED": "1px dashed",
    "SOLID": "1px solid",
    "SOLID_MEDIUM": "2px solid",
    "SOLID_THICK": "3px solid",
    "DOUBLE": "3px double",
}
VERTICAL = {"TOP": "top", "MIDDLE": "middle", "BOTTOM": "bottom"}
SIDES = ("top", "right", "bottom", "left")


class Styles:
    """Collects looks and gives each its class."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, look: str) -> str:
        return self._names.setdefault(look, f"s{len(self._names)}") if look else ""

    def css(self) -> str:
        return "\n".join(f".sheet .{name}{{{look}}}" for look, name in self._names.items())


def rgb(holder: Json, name: str) -> Rgb | None:
    """The colour `name` of a format, band or point; the book keeps both of Google's spellings, a theme's resolved."""
    color = holder.get(name, holder.get(f"{name}Style", {}).get("rgbColor"))
    if color is None:
        return None
    return float(color.get("red", 0)), float(color.get("green", 0)), float(color.get("blue", 0))


def css_color(color: Rgb) -> str:
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in color)


def look(cell_format: Json, *, background: Rgb | None, value_kind: str) -> str:
    """Declarations for a cell; `background` is the one that won among format, banding and rules."""
    text = cell_format.get("textFormat", {})
    parts: list[str] = []
    if background and background != (1.0, 1.0, 1.0):
        parts.append(f"background-color:{css_color(background)}")
    color = rgb(text, "foregroundColor")
    if color and color != (0.0, 0.0, 0.0):
        parts.append(f"color:{css_color(color)}")
    if text.get("bold"):
        parts.append("font-weight:700")
    if text.get("italic"):
        parts.append("font-style:italic")
    lines = [word for word, name in (("underline", "underline"), ("line-through", "strikethrough")) if text.get(name)]
    if lines:
        parts.append(f"text-decoration:{' '.join(lines)}")
    size = int(text.get("fontSize", 10))
    if size != 10:
        parts.append(f"font-size:{min(max(size, 6), 60) * 1.3:.1f}px")
    align = cell_format.get("horizontalAlignment", "")
    if not align or align == "HORIZONTAL_ALIGN_UNSPECIFIED":
        align = {"number": "RIGHT", "bool": "CENTER", "error": "CENTER"}.get(value_kind, "")
    if align in ("CENTER", "RIGHT"):
        parts.append(f"text-align:{align.lower()}")
    vertical = VERTICAL.get(cell_format.get("verticalAlignment", ""), "bottom")
    if vertical != "bottom":
        parts.append(f"vertical-align:{vertical}")
    if cell_format.get("wrapStrategy") == "WRAP":
        parts.append("white-space:pre-wrap;overflow-wrap:anywhere")
    turned = cell_format.get("textRotation", {})
    if turned.get("vertical") or abs(turned.get("angle", 0)) == 90:  # the page draws no slanted text
        parts.append("writing-mode:vertical-rl" + (";writing-mode:sideways-lr" if turned.get("angle") == 90 else ""))
    borders = cell_format.get("borders", {})
    for side in SIDES:
        line = LINES.get(borders.get(side, {}).get("style", ""))
        if line:
            parts.append(f"border-{side}:{line} {css_color(rgb(borders[side], 'color') or (0, 0, 0))}")
    return ";".join(parts)
