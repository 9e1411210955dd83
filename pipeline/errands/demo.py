"""`demo`: the main job once, on the shipped question bank, through the same doors as everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from pipeline import ranking
from pipeline.errands import sample_panel
from pipeline.errands.book import joins, open_book
from pipeline.errands.create_form import Options, Outcome, create_form
from pipeline.errands.panel import add_rows
from pipeline.errands.rank import Ranked
from pipeline.errands.run import run
from pipeline.errands.times import text_of
from pipeline.errors import Refused
from pipeline.form import Join, entry
from pipeline.form.designing import rating_options
from pipeline.google import forms
from pipeline.project import Project
from pipeline.scorecard import NOT_ASSESSED, Rubric, SubmittedScorecard

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Demo:
    """The ranking and where everything is."""

    ranked: Ranked
    made: Outcome
    home: str

    def document(self) -> dict[str, Any]:
        return {**self.made.document(), "home": self.home, "ranking": ranking.document(self.ranked.ranking)}

    def text(self) -> str:
        links = [f"form ({form['round']}): {form['responder_url']}" for form in self.made.forms]
        links += [f"spreadsheet: {self.made.spreadsheet['url']}", f"home: {self.home}"]
        return "\n".join([ranking.table(self.ranked.ranking, self.ranked.rubric, 100), "", *links])


def demo(project: Project, *, say: Callable[[str], None]) -> Demo:
    """Panel, form, scorecards, responses, ranking. Run again, it finds what it made and adds nothing."""
    quiet: Callable[[str], None] = lambda _: None  # noqa: E731
    rubric = project.rubric
    say("1. the panel: six candidates, five interviewers")
    scheduled = text_of(project.now() - timedelta(hours=2))
    add_rows(project, sample_panel.panel(rubric, scheduled))
    say("2. question bank and rubric -> forms and spreadsheet")
    made = create_form(project, Options(), say=quiet)
    say("3. interviewers fill in the forms")
    written = _submit_all(project, made)
    say(f"   {written} scorecards submitted" if written else "   all scorecards are in already")
    say("4. responses -> spreadsheet -> ranking")
    outcome = run(project)
    return Demo(outcome.written.ranked, made, project.home)


def _submit_all(project: Project, made: Outcome) -> int:
    """Post every sample scorecard that is not in yet to the page that a person fills in."""
    _, book = open_book(project)
    joined = joins(book)
    links = {form["round"]: form for form in made.forms}
    in_already = set()
    for round_id, form in links.items():
        for page in forms.responses_list(project.session, form["form_id"]):
            in_already |= {(round_id, tuple(sorted(_values(response)))) for response in page}
    count = 0
    with requests.Session() as browser:
        browser.trust_env = False
        for card in sample_panel.scorecards(project.rubric):
            fields = _fields(card, joined[card.round], project.rubric)
            if (
                card.round,
                tuple(sorted(value for name, value in fields.items() if name.startswith("entry."))),
            ) in in_already:
                continue
            page = forms.get(project.session, links[card.round]["form_id"])["responderUri"]
            _submit(browser, page, {**fields, "emailAddress": card.interviewer})
            count += 1
    return count


def _values(response: Mapping[str, Any]) -> list[str]:
    answers = response.get("answers", {}).values()
    return [value["value"] for answer in answers for value in answer["textAnswers"]["answers"]]


def _fields(card: SubmittedScorecard, join: Join, rubric: Rubric) -> dict[str, str]:
    """What a browser posts for a scorecard, by Google's field names."""
    questions = {question.id: question for question in rubric.questions}
    fields: dict[str, str] = {}
    for field in join:
        if field.kind in ("candidate", "typed-candidate"):
            fields[entry(field.question_id)] = card.candidate
        elif field.kind == "rating":
            options = rating_options(questions[field.ref], rubric.scale)
            level = card.ratings.get(field.ref)
            fields[entry(field.question_id)] = NOT_ASSESSED if level is None else options[level - rubric.scale.low]
        elif field.kind == "evidence" and field.ref in card.evidence:
            fields[entry(field.question_id)] = card.evidence[field.ref]
        elif field.kind == "recommendation":
            fields[entry(field.question_id)] = card.recommendation
        elif field.kind == "summary":
            fields[entry(field.question_id)] = card.summary
    return fields


def _submit(browser: requests.Session, page: str, fields: Fields) -> None:
    answer = browser.post(page.replace("/viewform", "/formResponse"), data=dict(fields), timeout=30)
    if not answer.ok:
        raise Refused(
            f"The form's page did not take a sample scorecard ({answer.status_code}).",
            "If the form was edited by hand, start over in a new directory: pipeline demo --project NEW",
        )
