"""What we last applied to a form, by which a hand-made edit is told from a change of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pipeline.form import facets


class LastApplied:
    """Read from `FormPlan.applied`: key of a field -> fingerprint, in the order of the form. Empty: not known."""

    def __init__(self, applied: Mapping[str, str] | None) -> None:
        self.fingerprints = dict(applied or {})
        self._digests = {key: facets.parse_fingerprint(text) for key, text in self.fingerprints.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._digests

    def whose(self, key: str, facet: str, now: Any) -> Literal["ours", "by hand"]:
        """Who made a difference in this facet, given what it is now."""
        last = self._digests.get(key, {}).get(facet)
        return "ours" if last is None or last == facets.digest(now) else "by hand"

    def options(self, key: str) -> list[str] | None:
        """Digests of the options that a drop-down had; None when not known."""
        last = self._digests.get(key, {}).get("options")
        return None if last is None else last.split(".")

    def order(self, now: list[str]) -> list[str]:
        """Those of the items that we know, as we left them."""
        return [key for key in self._digests if key in now]
