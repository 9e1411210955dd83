"""Holds what the workspace answers against Google's discovery documents, by jsonschema and a router of its own."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema
from googleapiclient.discovery_cache import get_static_doc

APIS = {"forms": "v1", "sheets": "v4", "drive": "v3"}


@cache
def document(api: str) -> dict[str, Any]:
    return json.loads(get_static_doc(api, APIS[api]))


@cache
def validator(api: str, name: str) -> jsonschema.Draft202012Validator:
    definitions = {key: _closed(schema) for key, schema in document(api)["schemas"].items()}
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """One schema of a discovery document in JSON Schema's terms, with no room for names that it does not list."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema.get("type") == "any":
        return {}
    if schema.get("type") == "array":
        return {"type": "array", "items": _closed(schema["items"])}
    if schema.get("type") == "object":
        if "additionalProperties" in schema:
            return {"type": "object", "additionalProperties": _closed(schema["additionalProperties"])}
        properties = {name: _closed(member) for name, member in schema.get("properties", {}).items()}
        return {"type": "object", "properties": properties, "additionalProperties": not properties}
    kept = {"type": schema["type"]}
    if "enum" in schema:
        kept["enum"] = schema["enum"]
    return kept


@cache
def routes() -> list[tuple[str, str, re.Pattern[str], dict[str, Any]]]:
    found = []
    for api in APIS:
        root = document(api)

        def walk(resource: dict[str, Any], api: str = api, root: dict[str, Any] = root) -> None:
            for method in resource.get("methods", {}).values():
                path = "/" + root["servicePath"] + method["path"]
                pattern = re.sub(r"\\\{\\?\+?\w+\\\}", "[^/]+", re.escape(path))
                found.append((api, method["httpMethod"], re.compile(pattern), method))
            for below in resource.get("resources", {}).values():
                walk(below)

        walk(root)
    return sorted(found, key=lambda route: route[2].pattern.endswith("[^/]+"))


def method_of(verb: str, url: str) -> tuple[str, dict[str, Any]] | None:
    path = urlsplit(url).path
    for api, http, pattern, method in routes():
        if http == verb.upper() and pattern.fullmatch(path):
            return api, method
    return None


def check_answer(verb: str, url: str, status: int, content_type: str, body: bytes) -> None:
    """Fails when an answer is not what Google's documents promise of this method, or of an error."""
    found = method_of(verb, url)
    if found is None:
        return
    api, method = found
    if status >= 400:
        if content_type.startswith("application/json"):
            check_error(api, status, json.loads(body))
        return
    if "response" not in method:
        assert status == 204 or method["id"] == "drive.files.export", (method["id"], status)
        return
    answer = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    fault = jsonschema.exceptions.best_match(validator(api, method["response"]["$ref"]).iter_errors(answer))
    assert fault is None, f"{method['id']} answered {fault.json_path}: {fault.message[:300]}"


def check_error(api: str, status: int, body: dict[str, Any]) -> None:
    """Google's two envelopes: Drive names reason and domain, the others a status and perhaps details."""
    assert set(body) == {"error"}, body
    error = body["error"]
    assert error["code"] == status
    assert isinstance(error["message"], str)
    if api == "drive":
        assert set(error) <= {"code", "message", "errors", "status", "details"}
        for one in error["errors"]:
            assert (
                {"message", "domain", "reason"}
                <= set(one)
                <= {
                    "message",
                    "domain",
                    "reason",
                    "location",
                    "locationType",
                }
            )
    else:
        assert set(error) <= {"code", "message", "status", "details"}
        assert re.fullmatch(r"[A-Z_]+", error["status"])
    for detail in error.get("details", []):
        assert detail["@type"].startswith("type.googleapis.com/google.rpc.")
