"""Responses as a form may hold them, odd ones too, which the form's page would not take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.emulator import forms_responses
from tests.conftest import Google


class Inbox:
    """Puts responses into the forms of a workspace. Answers by what is asked, ratings by level or as the whole option."""

    def __init__(self, google: Google, store: Any) -> None:
        self.google, self.store = google, store

    def put(
        self,
        form_id: str,
        candidate: str,
        email: str | None = "ivo@example.com",
        answers: Mapping[str, str] | None = None,
        *,
        rating: str = "4",
        edits: str = "",
    ) -> str:
        """A response, or what an edit makes of one; its id."""
        given: dict[str, list[str]] = {}
        for item in self.google.form(form_id)["items"]:
            question = item.get("questionItem", {}).get("question", {})
            title = item.get("title", "")
            options = [option["value"] for option in question.get("choiceQuestion", {}).get("options", [])]
            said = (answers or {}).get(title, "")
            if title == "Candidate":
                said = candidate
            elif "Not assessed" in options:
                wanted = said or rating
                said = next((option for option in options if option.startswith(f"{wanted} ·")), wanted)
            elif not said and title == "Overall recommendation":
                said = "Yes"
            if said:
                given[question["questionId"]] = [said]
        return self.keep(form_id, given, email, edits)

    def keep(self, form_id: str, answers: Mapping[str, list[str]], email: str | None, edits: str = "") -> str:
        """Answers by question id."""
        with self.store.transaction(write=True) as tx:
            return forms_responses.keep(tx, form_id, answers, email, edits)

    def take_away(self, form_id: str, response_id: str) -> None:
        """As the owner deletes a response in the editor."""
        self.google.call("DELETE", "/_emulator/responses", {"formId": form_id, "responseId": response_id})
