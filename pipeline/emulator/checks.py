"""Whether what a request says is Google's: names, types and enums of its body, its parameters and its field mask.

The check answers in Google's words and hands the body back as proto3 JSON means it: names in camelCase, nulls gone,
numbers sent as strings turned to numbers. What stands only in the documents' prose ("exactly one of", "required") is
the business of the rooms that implement the methods, but for the unions in `_UNIONS`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from .masks import camel, snake
from .refusal import Refusal
from .schema import DOCUMENTS, Json, Method, document, fields, methods

# The request field that the HTTP body stands for, where it is not the whole request: it opens the paths in messages.
BODY_FIELD = {
    "forms.forms.create": "form",
    "sheets.spreadsheets.create": "spreadsheet",
    "sheets.spreadsheets.values.update": "data",
    "sheets.spreadsheets.values.append": "data",
}
WELL_KNOWN = {"google-fieldmask": "google.protobuf.FieldMask", "google-datetime": "google.protobuf.Timestamp"}

# Unions, which the documents tell in prose only: of the fields whose names match, at most one may be set.
_UNIONS = {
    ("forms", "Request"): ("kind", ".*"),
    ("forms", "WriteControl"): ("control", ".*"),
    ("forms", "Item"): ("kind", ".*Item"),
    ("forms", "Question"): ("kind", ".*Question"),
    ("forms", "Option"): ("go_to_section", "goTo.*"),
    ("sheets", "Request"): ("kind", ".*"),
    ("sheets", "ExtendedValue"): ("value", ".*"),
    ("sheets", "DataFilter"): ("filter", ".*"),
    ("sheets", "ColorStyle"): ("kind", ".*"),
    ("sheets", "ConditionValue"): ("value", ".*"),
    ("sheets", "ChartSpec"): ("chart", ".*Chart"),
    ("sheets", "ConditionalFormatRule"): ("rule", ".*Rule"),
}
# Left over from Drive v2 and sent by gspread's `share`, which works against Google.
_IGNORED = {("Permission", "withLink")}


@cache
def _union(api: str, name: str) -> tuple[str, frozenset[str]]:
    """A message's union and the fields that are in it."""
    union, pattern = _UNIONS.get((api, name), ("", ""))
    return union, frozenset(field for field in fields(api, name) if re.fullmatch(pattern, field))


def check_body(method: Method, body: Any) -> Json:
    """The body in proto3 JSON's meaning; raises `Refusal` with everything that is not Google's."""
    if not isinstance(body, dict):
        raise Refusal(400, 'Invalid JSON payload received. Unknown name "": Root element must be a message.')
    check = _Check(method.api)
    checked = check.message(method.request, body, BODY_FIELD.get(method.id, ""))
    check.raise_any()
    return checked


def check_params(method: Method, path: Mapping[str, str], query: list[tuple[str, str]]) -> dict[str, Any]:
    """Path and query parameters converted to their types, with the defaults that the document gives."""
    check = _Check(method.api)
    params: Json = {}
    for name, text in path.items():
        params[name] = check.scalar("", name, method.params[name], text, snake(name))
    for name, text in query:
        known = name if name in method.params else camel(name)
        schema = method.params.get(known)
        if schema is None:
            if not _is_anothers(method.api, known):
                check.fault(
                    "",
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                    f"Field '{name}' could not be found in request message.",
                )
        elif schema["location"] != "path":
            value = check.scalar("", known, schema, text, snake(known))
            if schema.get("repeated"):
                params.setdefault(known, []).append(value)
            else:
                params[known] = value
    check.raise_any()
    for name, schema in method.params.items():
        if name not in params and "default" in schema:
            params[name] = check.scalar("", name, schema, schema["default"], name)
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


class _Check:
    """One request against its API's documents; every violation is gathered, and all are told together as Google does."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.package = f"google.apps.{DOCUMENTS[api]}"
        self.schemas: Json = document(api)["schemas"]
        self.violations: list[dict[str, str]] = []

    def fault(self, field: str, description: str) -> None:
        self.violations.append({**({"field": field} if field else {}), "description": description})

    def wrong(self, path: str, expected: str, value: Any) -> None:
        self.fault(path, f"Invalid value at '{path}' ({expected}), {shown(value)}")

    def unknown(self, path: str, name: str, why: str) -> None:
        place = f" at '{path}'" if path else ""
        self.fault(path, f'Invalid JSON payload received. Unknown name "{name}"{place}: {why}')

    def raise_any(self) -> None:
        if self.violations:
            told = self.violations[:100]
            message = "\n".join(violation["description"] for violation in told)
            raise Refusal(400, message, details=[_bad_request(told)])

    def message(self, name: str, value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            self.wrong(path, f"type.googleapis.com/{self.package}.{name}", value)
            return {}
        properties: Json = self.schemas[name].get("properties", {})
        union, kinds = _union(self.api, name)
        checked: Json = {}
        for key, member in value.items():
            known = key if key in properties else camel(key)
            if (name, key) in _IGNORED:
                continue
            if known not in properties:
                self.unknown(path, key, "Cannot find field.")
            elif member is not None:
                if known in kinds and not kinds.isdisjoint(checked):
                    self.fault(
                        path,
                        f"Invalid value at '{path}' (oneof), oneof field '{union}' is already set. Cannot set '{key}'",
                    )
                below = f"{path}.{snake(known)}" if path else snake(known)
                told = self.value(name, known, properties[known], member, below)
                if "enum" in properties[known] and str(told).endswith("_UNSPECIFIED"):
                    continue  # proto3's way to leave it out
                checked[known] = told
        return checked

    def value(self, owner: str, name: str, schema: Json, value: Any, path: str) -> Any:
        kind = schema.get("type")
        if kind == "array":
            return self.array(owner, name, schema["items"], value, path)
        if kind == "any":
            return value
        if kind == "object":
            return self.mapping(owner, name, schema, value, path)
        if isinstance(value, list):
            self.unknown(path.rpartition(".")[0], snake(name), "Proto field is not repeating, cannot start list.")
            return None
        if "$ref" in schema:
            return self.message(schema["$ref"], value, path)
        return self.scalar(owner, name, schema, value, path)

    def array(self, owner: str, name: str, items: Json, value: Any, path: str) -> list[Any]:
        # A single value where a list is expected counts as a list of one.
        places = [(path, value)]
        if isinstance(value, list):
            places = [(f"{path}[{index}]", each) for index, each in enumerate(value)]
        checked = []
        for place, member in places:
            if items.get("type") == "array":  # rows of cells: Google's ListValue, in which null has a meaning
                if not isinstance(member, list):
                    self.wrong(place, "type.googleapis.com/google.protobuf.ListValue", member)
                checked.append(member)
            elif isinstance(member, list) and "$ref" in items:
                # Google lays lists of messages end to end: gspread-formatting and pygsheets send lists of requests so.
                checked += self.array(owner, name, items, member, path)
            else:
                checked.append(self.value(owner, name, items, member, place))
        return checked

    def mapping(self, owner: str, name: str, schema: Json, value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            self.wrong(path, "Map", value)
            return {}
        members = schema.get("additionalProperties")
        if members is None:
            return value
        # Drive clears an entry by null, so null stays here.
        return {
            key: None if member is None else self.value(owner, name, members, member, f"{path}[{key}]")
            for key, member in value.items()
        }

    def scalar(self, owner: str, name: str, schema: Json, value: Any, path: str) -> Any:
        """A value of a simple type, sent as such or as text."""
        told = _read(schema, value)
        if told is None and isinstance(value, dict):
            expected = self._expected(owner, name, schema)
            self.fault(path, f"Invalid value at '{path}' ({expected}), Starting an object on a scalar field")
        elif told is None:
            self.wrong(path, self._expected(owner, name, schema), value)
        return told

    def _expected(self, owner: str, name: str, schema: Json) -> str:
        """What Google calls the type of a field."""
        kind, form = schema.get("type", "string"), schema.get("format", "")
        if "enum" in schema:
            first = schema["enum"][0]
            own = name[:1].upper() + name[1:]
            if first.endswith("_UNSPECIFIED"):
                own = "".join(word.capitalize() for word in first.removesuffix("_UNSPECIFIED").split("_"))
            return ".".join([f"type.googleapis.com/{self.package}", *([owner] if owner else []), own])
        if form in WELL_KNOWN:
            return f"type.googleapis.com/{WELL_KNOWN[form]}"
        if kind == "string" and form not in _INTEGERS:
            return "TYPE_STRING"
        return f"TYPE_{form.upper() or _TYPES[kind]}"


_TYPES = {"boolean": "BOOL", "integer": "INT32", "number": "DOUBLE"}
_INTEGERS = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}


def _read(schema: Json, value: Any) -> Any:
    """The value as its type has it; None where it is of another type."""
    kind, form = schema.get("type", "string"), schema.get("format", "")
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).lower())
    if kind == "number":
        return _number(value)
    if kind == "integer" or form in ("int64", "uint64"):
        number = _number(value)
        low, high = _INTEGERS[form or "int32"]
        if number is None or not float(number).is_integer() or not low <= number <= high:
            return None
        return str(int(number)) if kind == "string" else int(number)
    if "enum" in schema and value not in schema["enum"]:
        number = _number(value)
        return schema["enum"][int(number)] if number is not None and number in range(len(schema["enum"])) else None
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", value):
        value = int(value) if re.fullmatch(r"-?\d+", value) else float(value)
    return value if type(value) in (int, float) and math.isfinite(value) else None


def shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "..."


def _bad_request(violations: list[dict[str, str]]) -> Json:
    return {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}


# --- `fields` ------------------------------------------------------------------------------------------------------


def check_mask(method: Method, tree: Json) -> Json:
    """The mask, if every name in it is a field of the method's answer."""
    if method.response:
        _check_mask(method, {"$ref": method.response}, tree, "")
    return tree


def _check_mask(method: Method, schema: Json, tree: Json, path: str) -> None:
    if "$ref" in schema:
        schema = document(method.api)["schemas"][schema["$ref"]]
    if schema.get("type") == "array":
        return _check_mask(method, schema["items"], tree, path)
    properties = schema.get("properties")
    if properties is None:  # a map, or a value of any shape
        if tree and schema.get("type") not in ("object", "any"):
            raise bad_mask(method, f"{path}/{next(iter(tree))}")
        return None
    for name, below in tree.items():
        place = f"{path}/{name}" if path else name
        if name != "*" and name not in properties:
            raise bad_mask(method, place)
        for each in properties.values() if name == "*" else [properties[name]]:
            if below:
                _check_mask(method, each, below, place)
    return None


def bad_mask(method: Method, path: str) -> Refusal:
    if method.api == "drive":
        return Refusal(400, f"Invalid field selection {path}", reason="invalidParameter", place="fields")
    path = path.replace("/", ".")
    said = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    return Refusal(400, details=[_bad_request([{"field": path, "description": said}])])
