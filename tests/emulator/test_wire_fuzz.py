"""Nonsense made from Google's own documents: whatever is sent, the answer is JSON of Google's shape and never a 500."""

from __future__ import annotations

import random
import string

import pytest

from . import google_schemas

ROUNDS = 120  # calls of each API; the seed is fixed, so a failure comes again
ODD = [None, True, False, 0, -1, 1, 2**31, 2**63, 1e308, 0.5, "", " ", "x", "A1", "Sheet1!A1:B2", "'", "=1+", "é\u2028",
       "a\nb", "0000000a", "*", "name='x'", "timestamp > 2026-01-01T00:00:00Z", "x" * 3000, [], {}, [[]], [None]]  # fmt: skip


class Maker:
    """Values that fit a schema now and then, and now and then do not."""

    def __init__(self, api: str, seed: int, ids: list[str]) -> None:
        self.schemas = google_schemas.document(api)["schemas"]
        self.dice = random.Random(seed)
        self.ids = ids

    def message(self, name: str, depth: int = 0) -> object:
        properties = self.schemas[name].get("properties", {})
        # A union is almost always one member deep; a few names keep the bodies small enough to be read.
        wanted = 1 if name == "Request" else self.dice.randint(0, min(5, len(properties)))
        told = {key: self.value(properties[key], depth + 1) for key in self.dice.sample(sorted(properties), wanted)}
        if self.dice.random() < 0.03:
            told[self.dice.choice(string.ascii_letters)] = 1
        return told

    def value(self, schema: dict, depth: int) -> object:
        if depth > 9 or self.dice.random() < 0.06:
            return self.dice.choice(ODD)
        if "$ref" in schema:
            return self.message(schema["$ref"], depth)
        kind = schema.get("type")
        if kind == "array":
            return [self.value(schema["items"], depth + 1) for _ in range(self.dice.randint(0, 3))]
        if kind == "object":
            return {self.text(): self.value(schema.get("additionalProperties", {}), depth + 1)}
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        if kind == "boolean":
            return self.dice.random() < 0.5
        if kind in ("integer", "number"):
            return self.dice.choice([0, 0, 1, 2, 3, 5, 26, 1000, -1, 2**31 - 1])
        return self.dice.choice([*self.ids, self.text(), self.text(), "A1:C3", "title", "*"])

    def text(self) -> str:
        return "".join(self.dice.choice(string.ascii_letters + " '=!:,./0") for _ in range(self.dice.randint(0, 12)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("api", ["forms", "sheets", "drive"])
def test_no_call_ends_in_500(http, forms, drive, api, seed):
    """Over every method of the API's document, with ids that exist and ids that do not."""
    form_id = forms.create(body={"info": {"title": "T"}}).execute()["formId"]
    sheet = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    sheet_id = drive.files().create(body=sheet).execute()["id"]
    maker = Maker(api, seed, [form_id, sheet_id])
    methods = [method for name, _, _, method in google_schemas.routes() if name == api]
    root = "/" + google_schemas.document(api)["servicePath"]
    for _ in range(ROUNDS):
        method = maker.dice.choice(methods)
        path, query = root + method["path"], {}
        for name, schema in method.get("parameters", {}).items():
            if schema["location"] == "path":
                known = maker.dice.choice([form_id, sheet_id, sheet_id, "A1", "0", maker.text() or "x"])
                path = path.replace(f"{{{name}}}", google_quote(known)).replace(f"{{+{name}}}", google_quote(known))
            elif maker.dice.random() < 0.3:
                query[name] = str(maker.value(schema, 0))
        if maker.dice.random() < 0.1:
            query["fields"] = maker.text()
        body = maker.message(method["request"]["$ref"]) if "request" in method else None
        answer = http.request(method["httpMethod"], path, params=query, json=body)
        assert answer.status_code not in (500, 502, 503), (method["id"], path, query, body, answer.text)
        assert "Traceback" not in answer.text


def google_quote(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


@pytest.mark.parametrize(
    "path",
    [
        "/token",
        "/revoke",
        "/tokeninfo",
        "/o/oauth2/v2/auth",
        "/_emulator/faults",
        "/nothing",
        "/$discovery/rest",
        "/v1/forms/%ff%fe",
        "/v1/forms/%00",
        "//v1/forms/x",
        "/v1/forms//x",
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_no_path_ends_in_500(http, path, verb):
    """With any verb and a body of noise."""
    answer = http.request(verb, path, data=b"\x00\xff{]", params={"q": "\x00"})
    assert answer.status_code < 500 or answer.status_code == 501
