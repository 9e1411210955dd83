"""Field masks of requests (`a,b(c,d),e.f`) and what they do to a document: patch the named paths, clear the absent.

Also Google's two spellings of a colour (`backgroundColor` and `backgroundColorStyle`), kept alike, in 8-bit steps.
"""

from __future__ import annotations

import copy
import struct
from functools import lru_cache
from typing import Any

from . import masks
from .calls import Json
from .masks import Tree
from .refusal import invalid

THEME: dict[str, Json] = {
    "TEXT": {},
    "BACKGROUND": {"red": 1, "green": 1, "blue": 1},
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}


def tree(mask: str) -> Tree:
    """The mask as a tree of camelCase names; `*` stands for everything at its level."""
    try:
        return _normal(masks.parse(mask))
    except masks.MaskError:
        raise invalid(f"Invalid field mask: {mask}") from None


def _normal(parsed: Tree) -> Tree:
    return {} if "*" in parsed else {masks.camel(name): _normal(beneath) for name, beneath in parsed.items()}


def required(mask: str | None) -> Tree:
    """The tree of a mask that a request must have."""
    if not mask:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return tree(mask)


def wants(mask: Tree | None, name: str) -> Tree | None:
    """The part of a response mask beneath `name`; None when the field is not asked for. No mask asks for all."""
    if not mask:
        return {}
    found: Tree | None = mask.get(name)
    return found


def filled(document: Json) -> Json:
    """The document without its members that are empty, false or zero: proto3 leaves them out."""
    return {name: value for name, value in document.items() if value}


def patch(target: Json, source: Json, mask: Tree, fields: tuple[str, ...] = (), *, fixed: tuple[str, ...] = ()) -> None:
    """Set in `target` what `mask` names, from `source`; a named field that `source` lacks is cleared.

    `fields` are the names that the message has, at its first level: another name is refused. `fixed` ones stay.
    """
    for name in mask:
        if fields and name not in fields:
            raise invalid(f"Invalid field: {name}")
    for name in mask or fields or {**target, **source}:
        if name in fixed:
            continue
        beneath: Tree = mask.get(name, {})
        if beneath and isinstance(source.get(name, {}), dict):
            inner = target[name] = dict(target.get(name, {}))
            patch(inner, source.get(name, {}), beneath)
            if not inner:
                del target[name]
            continue
        target.pop(_twin(name), None)
        if name in source:
            target[name] = copy.deepcopy(source[name])
        else:
            target.pop(name, None)


def _twin(name: str) -> str:
    """The other name under which a colour stands: `backgroundColor` and `backgroundColorStyle`."""
    if name.endswith(("Color", "color")):
        return name + "Style"
    return name.removesuffix("Style") if name.endswith(("ColorStyle", "colorStyle")) else ""


@lru_cache(maxsize=4096)
def _channel(value: float) -> float:
    """A colour channel as it is read back: in steps of 1/255, in the shortest digits of a 32-bit float."""
    (stored,) = struct.unpack("f", struct.pack("f", round(min(max(value, 0.0), 1.0) * 255) / 255))
    for digits in range(1, 10):
        shown = float(f"{stored:.{digits}g}")
        if struct.unpack("f", struct.pack("f", shown))[0] == stored:
            return int(shown) if shown.is_integer() else shown
    return float(stored)


def _color(color: Json) -> Json:
    channels = ((name, _channel(float(color.get(name) or 0))) for name in ("red", "green", "blue"))
    return {name: value for name, value in channels if value}


def _rgb(style: Json) -> Json:
    """The channels of a ColorStyle, a theme's colour included."""
    return dict(style.get("rgbColor") or THEME.get(style.get("themeColor", ""), {}))


def settle(node: Any) -> Any:
    """The document with both spellings of each colour, in place."""
    if isinstance(node, list):
        for item in node:
            settle(item)
    elif isinstance(node, dict):
        for name, value in list(node.items()):
            twin = _twin(name) if isinstance(value, dict) else ""
            if name == "rgbColor":
                node[name] = _color(value)
            elif twin and name.endswith("Style"):
                if "rgbColor" in value:
                    value = node[name] = {"rgbColor": _color(value["rgbColor"])}
                node[twin] = _rgb(value)
            elif twin and "rgbColor" not in value:
                if twin not in node:
                    node[name] = _color(value)
                    node[twin] = {"rgbColor": _color(value)}
            else:
                settle(value)
    return node
