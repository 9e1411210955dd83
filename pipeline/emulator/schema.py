"""Google's discovery documents: their messages and methods, which method a path means, and what proto3 leaves out."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Json = dict[str, Any]

DOCUMENTS = {"forms": "forms.v1", "sheets": "sheets.v4", "drive": "drive.v3"}
PREFIXES = {"/v1/": "forms", "/v4/": "sheets", "/drive/v3/": "drive"}


@dataclass(frozen=True)
class Method:
    id: str
    api: str
    http: str
    pattern: re.Pattern[str]
    path_names: tuple[str, ...]
    params: Mapping[str, Json]
    request: str
    response: str
    scopes: frozenset[str]
    downloads: bool  # whether `alt=media` asks for content in place of JSON


@cache
def document(api: str) -> Json:
    """Google's discovery document as googleapiclient ships it; found without importing googleapiclient (slow)."""
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:  # pragma: no cover - a declared dependency
        raise RuntimeError("google-api-python-client is not installed")
    folder = Path(spec.submodule_search_locations[0], "discovery_cache", "documents")
    loaded: Json = json.loads((folder / f"{DOCUMENTS[api]}.json").read_bytes())
    return loaded


def service(api: str) -> str:
    """The host at which Google serves the API; it stands in errors."""
    return f"{api}.googleapis.com"


def fields(api: str, schema: str) -> tuple[str, ...]:
    """The names of a message's fields."""
    return tuple(document(api)["schemas"][schema].get("properties", ()))


@cache
def methods(api: str) -> dict[str, Method]:
    """Every method of the API by its discovery id."""
    root = document(api)
    found: dict[str, Method] = {}

    def walk(resource: Json) -> None:
        for entry in resource.get("methods", {}).values():
            path = "/" + root["servicePath"] + entry["path"]
            pieces = re.split(r"\{\+?(\w+)\}", path)
            pattern = "".join(re.escape(piece) if i % 2 == 0 else "([^/]+)" for i, piece in enumerate(pieces))
            found[entry["id"]] = Method(
                id=entry["id"],
                api=api,
                http=entry["httpMethod"],
                pattern=re.compile(pattern),
                path_names=tuple(pieces[1::2]),
                params={**root["parameters"], **entry.get("parameters", {})},
                request=entry.get("request", {}).get("$ref", ""),
                response=entry.get("response", {}).get("$ref", ""),
                scopes=frozenset(entry.get("scopes", ())),
                downloads=entry.get("supportsMediaDownload", False),
            )
        for below in resource.get("resources", {}).values():
            walk(below)

    walk(root)
    return found


@cache
def _routes(api: str) -> list[Method]:
    # A path with a verb (`{id}:batchUpdate`) or a fixed last word before the one whose last part is free.
    return sorted(methods(api).values(), key=lambda method: (method.pattern.pattern.endswith("([^/]+)"), method.id))


def route(http: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The method that a path still percent-encoded means, and its path parameters decoded."""
    # Google takes `{id}/` and `{id}/:batchUpdate` too, which is how google-spreadsheet for Node.js calls.
    raw_path = raw_path.rstrip("/").replace("/:", ":")
    for prefix, api in PREFIXES.items():
        if raw_path.startswith(prefix):
            for method in _routes(api):
                if method.http == http and (match := method.pattern.fullmatch(raw_path)):
                    return method, dict(zip(method.path_names, map(unquote, match.groups()), strict=True))
    return None


# --- proto3's omissions ------------------------------------------------------------------------------------------


def omit_defaults(api: str, name: str, value: Json) -> Json:
    """A message as proto3 writes it: no false, zero, empty text or list; a message that is set but empty stays."""
    return _omit(document(api)["schemas"], name, value)


def _omit(schemas: Json, name: str, value: Json) -> Json:
    properties = schemas[name].get("properties", {})
    kept: Json = {}
    for key, member in value.items():
        schema = properties[key]
        if "$ref" in schema:
            kept[key] = _omit(schemas, schema["$ref"], member)
        elif schema.get("type") == "array" and "$ref" in schema["items"]:
            if member:
                kept[key] = [_omit(schemas, schema["items"]["$ref"], one) for one in member]
        elif member:
            kept[key] = member
    return kept
