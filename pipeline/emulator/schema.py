"""Google's discovery documents: which method a path means, and whether names, types and enums are Google's.

The walker answers in Google's words and hands back the body as proto3 JSON means it: names in camelCase, nulls gone,
numbers sent as strings turned to numbers. What stands only in the documents' prose ("exactly one of", "required") is
the business of the rooms that implement the methods.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .masks import camel, snake
from .refusal import Refusal

Json = dict[str, Any]

DOCUMENTS = {"forms": "forms.v1", "sheets": "sheets.v4", "drive": "drive.v3"}
PREFIXES = {"/v1/": "forms", "/v4/": "sheets", "/drive/v3/": "drive"}
# The request field that the HTTP body stands for, where it is not the whole request: it opens the paths in messages.
BODY_FIELD = {
    "forms.forms.create": "form",
    "sheets.spreadsheets.create": "spreadsheet",
    "sheets.spreadsheets.values.update": "data",
    "sheets.spreadsheets.values.append": "data",
}
PACKAGE = {"forms": "google.apps.forms.v1", "sheets": "google.apps.sheets.v4", "drive": "google.apps.drive.v3"}
WELL_KNOWN = {"google-fieldmask": "google.protobuf.FieldMask", "google-datetime": "google.protobuf.Timestamp"}

# Unions, which the documents tell in prose only: at most one of these names may be set. An empty tuple means all.
UNIONS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("forms", "Request"): ("kind", ()),
    ("forms", "WriteControl"): ("control", ()),
    ("forms", "Item"): (
        "kind",
        ("questionItem", "questionGroupItem", "pageBreakItem", "textItem", "imageItem", "videoItem"),
    ),
    ("forms", "Question"): (
        "kind",
        (
            "choiceQuestion",
            "textQuestion",
            "scaleQuestion",
            "dateQuestion",
            "timeQuestion",
            "fileUploadQuestion",
            "rowQuestion",
            "ratingQuestion",
        ),
    ),
    ("forms", "Option"): ("go_to_section", ("goToAction", "goToSectionId")),
    ("sheets", "Request"): ("kind", ()),
    ("sheets", "ExtendedValue"): ("value", ()),
    ("sheets", "DataFilter"): ("filter", ()),
    ("sheets", "ColorStyle"): ("kind", ()),
    ("sheets", "ConditionValue"): ("value", ()),
    ("sheets", "ChartSpec"): (
        "chart",
        (
            "basicChart",
            "bubbleChart",
            "candlestickChart",
            "histogramChart",
            "orgChart",
            "pieChart",
            "scorecardChart",
            "treemapChart",
            "waterfallChart",
        ),
    ),
    ("sheets", "ConditionalFormatRule"): ("rule", ("booleanRule", "gradientRule")),
}


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


def fields(api: str, schema: str) -> tuple[str, ...]:
    """The names of a message's fields."""
    return tuple(document(api)["schemas"][schema]["properties"])


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


# Left over from Drive v2 and sent by gspread's `share`, which works against Google.
IGNORED = {("Permission", "withLink")}

# --- the check ------------------------------------------------------------------------------------------------


class Faults:
    """Every violation of one request, told together as Google does."""

    def __init__(self) -> None:
        self.violations: list[dict[str, str]] = []

    def add(self, field: str, description: str) -> None:
        self.violations.append({**({"field": field} if field else {}), "description": description})

    def raise_any(self) -> None:
        if self.violations:
            message = "\n".join(violation["description"] for violation in self.violations[:100])
            details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": self.violations[:100]}
            raise Refusal(400, message, details=[details])


def check_body(method: Method, body: Any) -> Json:
    """The body in proto3 JSON's meaning; raises `Refusal` with everything that is not Google's."""
    faults = Faults()
    field = BODY_FIELD.get(method.id, "")
    if not isinstance(body, dict):
        raise Refusal(400, 'Invalid JSON payload received. Unknown name "": Root element must be a message.')
    checked = _Walker(method.api, faults).message(method.request, body, field)
    faults.raise_any()
    return checked


def check_params(method: Method, path: Mapping[str, str], query: list[tuple[str, str]]) -> dict[str, Any]:
    """Path and query parameters converted to their types, with the defaults that the document gives."""
    faults = Faults()
    params: dict[str, Any] = {
        name: _scalar(method.api, "", name, method.params[name], text, snake(name), faults)
        for name, text in path.items()
    }
    for name, text in query:
        known = name if name in method.params else camel(name)
        schema = method.params.get(known)
        if schema is None and _is_anothers(method.api, known):
            continue
        if schema is None:
            faults.add(
                "",
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message.",
            )
            continue
        if schema["location"] == "path":
            continue
        value = _scalar(method.api, "", known, schema, text, snake(known), faults)
        if schema.get("repeated"):
            params.setdefault(known, []).append(value)
        else:
            params[known] = value
    faults.raise_any()
    for name, schema in method.params.items():
        if name not in params and "default" in schema:
            params[name] = _scalar(method.api, "", name, schema, schema["default"], name, faults)
        if schema.get("required") and name not in params:
            raise Refusal(400, f"Required parameter: {name}", reason="required")
    if "callback" in params or params["alt"] not in ("json", "media" if method.downloads else "json"):
        raise Refusal(501, "The local workspace answers in JSON, without a callback.")
    return params


def _is_anothers(api: str, name: str) -> bool:
    """Whether Drive passes over a parameter because its other methods have it.

    gspread asks `files.get` to `includeItemsFromAllDrives`, and works. What no method has is a misspelling.
    """
    return api == "drive" and any(name in method.params for method in methods(api).values())


class _Walker:
    def __init__(self, api: str, faults: Faults) -> None:
        self.api = api
        self.faults = faults
        self.schemas: Json = document(api)["schemas"]

    def message(self, name: str, value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            self.faults.add(
                path, f"Invalid value at '{path}' (type.googleapis.com/{PACKAGE[self.api]}.{name}), " + shown(value)
            )
            return {}
        properties: Json = self.schemas[name].get("properties", {})
        checked: Json = {}
        union, kinds = UNIONS.get((self.api, name), ("", ()))
        kinds = (kinds or tuple(properties)) if union else ()
        for key, member in value.items():
            known = key if key in properties else camel(key)
            schema = properties.get(known)
            if (name, key) in IGNORED:
                continue
            if schema is None:
                place = f" at '{path}'" if path else ""
                self.faults.add(path, f'Invalid JSON payload received. Unknown name "{key}"{place}: Cannot find field.')
            elif member is not None:
                if known in kinds and any(kind in checked for kind in kinds):
                    self.faults.add(
                        path,
                        f"Invalid value at '{path}' (oneof), oneof field '{union}' is already set. Cannot set '{key}'",
                    )
                below = f"{path}.{snake(known)}" if path else snake(known)
                told = self.value(name, known, schema, member, below)
                if not ("enum" in schema and str(told).endswith("_UNSPECIFIED")):  # proto3's way to leave it out
                    checked[known] = told
        return checked

    def value(self, owner: str, name: str, schema: Json, value: Any, path: str) -> Any:
        if "$ref" in schema:
            if isinstance(value, list):
                return self._not_repeating(name, path)
            return self.message(schema["$ref"], value, path)
        kind = schema.get("type")
        if kind == "array":
            return self.array(owner, name, schema["items"], value, path)
        if kind == "any":
            return value
        if kind == "object":
            return self.mapping(owner, name, schema, value, path)
        if isinstance(value, list):
            return self._not_repeating(name, path)
        return _scalar(self.api, owner, name, schema, value, path, self.faults)

    def array(self, owner: str, name: str, items: Json, value: Any, path: str) -> list[Any]:
        # A single value where a list is expected counts as a list of one.
        members = enumerate(value) if isinstance(value, list) else [(None, value)]
        checked = []
        for index, member in members:
            place = path if index is None else f"{path}[{index}]"
            if items.get("type") == "array":  # rows of cells: Google's ListValue, in which null has a meaning
                if not isinstance(member, list):
                    self.faults.add(
                        path if index is None else place,
                        f"Invalid value at '{place}' (type.googleapis.com/google.protobuf.ListValue), {shown(member)}",
                    )
                checked.append(member)
            elif isinstance(member, list) and "$ref" in items:
                # Google lays lists of messages end to end: gspread-formatting and pygsheets send lists of requests so.
                checked += self.array(owner, name, items, member, path)
            else:
                checked.append(self.value(owner, name, items, member, place))
        return checked

    def mapping(self, owner: str, name: str, schema: Json, value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            self.faults.add(path, f"Invalid value at '{path}' (Map), {shown(value)}")
            return {}
        members = schema.get("additionalProperties")
        if members is None:
            return value
        # Drive clears an entry by null, so null stays here.
        return {
            key: None if member is None else self.value(owner, name, members, member, f"{path}[{key}]")
            for key, member in value.items()
        }

    def _not_repeating(self, name: str, path: str) -> Any:
        parent = path.rpartition(".")[0]
        place = f" at '{parent}'" if parent else ""
        self.faults.add(
            parent,
            f'Invalid JSON payload received. Unknown name "{snake(name)}"{place}: '
            "Proto field is not repeating, cannot start list.",
        )
        return None


_INTEGERS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-(2**63), 2**63 - 1)}


def _scalar(api: str, owner: str, name: str, schema: Json, value: Any, path: str, faults: Faults) -> Any:
    """A value of a simple type, sent as such or as text."""
    kind, form = schema.get("type", "string"), schema.get("format", "")
    told = ""
    if kind == "boolean":
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        told = "TYPE_BOOL"
    elif kind == "integer" or form in ("int64", "uint64"):
        low, high = _INTEGERS.get(form, _INTEGERS["int32"])
        number = _number(value)
        if number is not None and float(number).is_integer() and low <= number <= high:
            return str(int(number)) if kind == "string" else int(number)
        told = f"TYPE_{form.upper() or 'INT32'}"
    elif kind == "number":
        number = _number(value)
        if number is not None:
            return number
        told = f"TYPE_{form.upper() or 'DOUBLE'}"
    elif "enum" in schema:
        if isinstance(value, str) and value in schema["enum"]:
            return value
        if type(value) is int and 0 <= value < len(schema["enum"]):
            return schema["enum"][value]
        told = f"type.googleapis.com/{PACKAGE[api]}.{_enum_name(owner, name, schema)}"
    elif isinstance(value, str):
        return value
    else:
        told = f"type.googleapis.com/{WELL_KNOWN[form]}" if form in WELL_KNOWN else "TYPE_STRING"
    said = "Starting an object on a scalar field" if isinstance(value, dict) else shown(value)
    faults.add(path, f"Invalid value at '{path}' ({told}), {said}")
    return None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", value):
        number = int(value) if re.fullmatch(r"-?\d+", value) else float(value)
        return number if math.isfinite(number) else None
    return None


def _enum_name(owner: str, name: str, schema: Json) -> str:
    first = schema["enum"][0]
    if first.endswith("_UNSPECIFIED"):
        own = "".join(word.capitalize() for word in first.removesuffix("_UNSPECIFIED").split("_"))
    else:
        own = name[:1].upper() + name[1:]
    return f"{owner}.{own}" if owner else own


def shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "..."


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


# --- `fields` ------------------------------------------------------------------------------------------------------


def check_mask(method: Method, tree: Json) -> Json:
    """The mask, if every name in it is a field of the method's answer."""
    if method.response:
        _check_mask(method, document(method.api)["schemas"], {"$ref": method.response}, tree, "")
    return tree


def _check_mask(method: Method, schemas: Json, schema: Json, tree: Json, path: str) -> None:
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    if schema.get("type") == "array":
        return _check_mask(method, schemas, schema["items"], tree, path)
    properties = schema.get("properties")
    if properties is None:  # a map, or a value of any shape
        if tree and schema.get("type") not in ("object", "any"):
            raise bad_mask(method, f"{path}/{next(iter(tree))}")
        return None
    for name, below in tree.items():
        place = f"{path}/{name}" if path else name
        if name == "*":
            for each in properties.values():
                if below:
                    _check_mask(method, schemas, each, below, place)
        elif name not in properties:
            raise bad_mask(method, place)
        else:
            _check_mask(method, schemas, properties[name], below, place)
    return None


def bad_mask(method: Method, path: str) -> Refusal:
    if method.api == "drive":
        return Refusal(400, f"Invalid field selection {path}", reason="invalidParameter", place="fields")
    said = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path.replace('/', '.')}'."
    violation = {"field": path.replace("/", "."), "description": said}
    details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return Refusal(400, details=[details])
