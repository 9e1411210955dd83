"""What the wire said: a call, and the answer to it when the answer is no. Reads Google's error bodies; decides nothing.

Whatever comes from outside passes `plain` before a person or a log sees it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

Json = dict[str, Any]


class Repeat(Enum):
    """What may be done when nobody knows whether a call went through."""

    SAFE = "sending it twice leaves what sending it once leaves"
    DELETE = "the same, and 'not found' on a repeat means that the first one went through"
    ONCE = "sending it twice could double or spoil something: read back first"


@dataclass(frozen=True)
class Call:
    """One call of one REST method. `settled` reads back: the answer if the call went through after all, else None."""

    method: str  # discovery id, such as `forms.forms.create`
    repeat: Repeat = Repeat.SAFE
    settled: Callable[[], Json | None] | None = None

    @property
    def doing(self) -> str:
        """What the call is for, in words: "create the form"."""
        return DOING.get(self.method, f"call {self.method}")

    @property
    def api(self) -> str:
        return APIS.get(self.method.split(".")[0], "Google API")


APIS = {"forms": "Google Forms API", "sheets": "Google Sheets API", "drive": "Google Drive API"}

DOING = {
    "forms.forms.create": "create the form",
    "forms.forms.get": "read the form",
    "forms.forms.batchUpdate": "change the form",
    "forms.forms.setPublishSettings": "publish or close the form",
    "forms.forms.responses.list": "read the form's responses",
    "sheets.spreadsheets.create": "create the spreadsheet",
    "sheets.spreadsheets.get": "read the spreadsheet",
    "sheets.spreadsheets.getByDataFilter": "read the spreadsheet",
    "sheets.spreadsheets.batchUpdate": "write the spreadsheet",
    "sheets.spreadsheets.values.batchGetByDataFilter": "read the spreadsheet's cells",
    "sheets.spreadsheets.values.batchUpdateByDataFilter": "write the spreadsheet's cells",
    "drive.about.get": "ask which account is signed in",
    "drive.files.create": "create the file",
    "drive.files.get": "look up the file",
    "drive.files.list": "look for the project's files",
    "drive.files.update": "label or move the file",
    "drive.files.delete": "delete the file",
    "drive.permissions.create": "share the file",
    "drive.permissions.list": "read who the file is shared with",
    "drive.permissions.delete": "stop sharing the file",
}


@dataclass(frozen=True)
class Reply:
    """A refusal as it came. `reasons` holds every machine-readable word of it: status, ErrorInfo and Drive reasons."""

    code: int
    message: str
    reasons: frozenset[str] = frozenset()
    activation_url: str = ""
    project: str = ""
    page: bool = False  # a web page instead of data: a proxy or a front end spoke, not the API

    @classmethod
    def read(cls, code: int, content: bytes) -> Reply:
        """Read an error body, whatever it is."""
        try:
            body = json.loads(content)
            error = (body[0] if isinstance(body, list) else body)["error"]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return cls(code, "", page=bool(content.strip()))
        if not isinstance(error, dict):  # the token endpoint: {"error": "invalid_grant", "error_description": ...}
            return cls(code, plain(str(error)), frozenset({str(error)}))
        details = _dicts(error.get("details"))
        errors = _dicts(error.get("errors"))
        reasons = {str(error.get("status", ""))} | {str(one.get("reason", "")) for one in [*details, *errors]}
        facts: Json = {}
        for detail in details:
            facts.update(metadata if isinstance(metadata := detail.get("metadata"), dict) else {})
        links = [str(link.get("url", "")) for detail in details for link in _dicts(detail.get("links"))]
        links += [str(one.get("extendedHelp", "")) for one in errors]
        said = str(error.get("message", ""))
        return cls(
            code,
            plain(said),
            frozenset(reasons - {""}),
            _activation_url([str(facts.get("activationUrl", "")), *links, said]),
            plain(str(facts.get("consumer", "")), 60).removeprefix("projects/"),
        )

    @property
    def quota(self) -> str:
        """Which quota ran out, in Google's words, or "" when it was none."""
        if self.code != 429 and not self.reasons & RATE_REASONS:
            return ""
        if limit := re.search(r"limit '([^']{1,80})'", self.message):
            return limit[1].lower()
        return "requests per user" if self.has("userRateLimitExceeded") else "requests per minute"

    def has(self, *reasons: str) -> bool:
        return not self.reasons.isdisjoint(reasons)

    def says(self, *texts: str) -> bool:
        """Whether the message holds any of `texts`, whatever the case."""
        message = self.message.lower()
        return any(text.lower() in message for text in texts)


RATE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})


LONGEST = 300  # characters of a remote text that are shown


def plain(text: str, limit: int = LONGEST) -> str:
    """Remote text made fit to print: one line, no control or direction characters, no secrets, no quoted values.

    Google quotes the value that it did not like, and that may be what a person typed: quoted text is blanked unless it
    is a name of ours (a JSON field, a worksheet).
    """
    text = text[: LONGEST * 8]  # what matters is said early; a message without an end must cost no time
    text = "".join(" " if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else one for one in text)
    text = re.sub(r"\b(ya29\.|1//|GOCSPX-|Bearer\s+|eyJ)[\w.~+/=-]+", "(secret)", text)
    text = re.sub(r'(name )?"[^"]*("|$)', lambda found: found[0] if found[1] and found[2] else '"..."', text)
    text = re.sub(r"[\w.+-]+@[\w-]+\.[\w.-]*\w", "(an address)", text)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _activation_url(texts: list[str]) -> str:
    """The first link to Google's own console in `texts`; no other address is ever passed on."""
    for text in texts:
        found = re.search(r"https://console\.(?:developers|cloud)\.google\.com/[\w./?=&%~+-]*\w", text)
        if found:
            return found[0]
    return ""


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
