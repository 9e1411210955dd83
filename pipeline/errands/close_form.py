"""`close-form`: the forms stop taking responses, or take them again. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.errands import files
from pipeline.errands.book import open_book
from pipeline.errands.create_form import chosen_rounds
from pipeline.errands.create_form.deciding import publish_settings
from pipeline.errors import Refused
from pipeline.google import forms
from pipeline.project import Project
from pipeline.scorecard import Round


class FormState(NamedTuple):
    """One round's form, as it is now."""

    round: str
    form_id: str
    accepting: bool


def close_form(project: Project, *, reopen: bool = False, round_id: str | None = None) -> list[FormState]:
    """Set and report the state of each form, as Google gives it back."""
    rounds = chosen_rounds(project, round_id)
    known, book = open_book(project)
    made = {round_.id for round_ in rounds} & set(book.recorded.join)

    def closed(ids: files.Ids) -> list[FormState]:
        there = [each for each in rounds if each.id in ids.forms]
        return [_close(project, ids, each, reopen) for each in there or rounds]

    return files.on_forms(project, known, made, closed)


def _close(project: Project, ids: files.Ids, round_: Round, reopen: bool) -> FormState:
    form_id = ids.forms.get(round_.id)
    if form_id is None:
        raise Refused(f"There is no form of the round {round_.id} yet.", "Run 'pipeline create-form' first.")
    settings = forms.get(project.session, form_id).get("publishSettings")
    if settings is None:
        raise Refused(
            f"The form of the round {round_.id} is from before forms could be published by programs.",
            "Close it by hand in its editor, under Responses.",
        )
    if _accepting(settings) != reopen:
        reply = forms.set_publish_settings(project.session, form_id, publish_settings(accepting=reopen))
        settings = reply.get("publishSettings", {})
    return FormState(round_.id, form_id, _accepting(settings))


def _accepting(settings: Mapping[str, Any]) -> bool:
    """What is false is left out."""
    return bool(settings.get("publishState", {}).get("isAcceptingResponses"))
