"""Living forms over HTTP: Google's own client, a form page that people fill in, answers that stay with their questions.

The same properties as in `test_form_living.py`, with real responses in the form, on fewer examples.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import emulator, form
from pipeline.scorecard import NOT_ASSESSED, Rubric
from tests.form_examples import TWO, design, question, rubric
from tests.test_form_living import content, designs, edit_by_hand, first_form

Json = dict[str, Any]


class Forms:
    """Google's client on a running workspace, and a browser that sends what a person filled in."""

    def __init__(self, workspace: Any) -> None:
        self.url = workspace.url
        document = json.loads(get_static_doc("forms", "v1"))
        document |= dict.fromkeys(("rootUrl", "baseUrl", "mtlsRootUrl"), f"{workspace.url}/")
        credentials = Credentials(token=workspace.token)
        self.service = build_from_document(document, credentials=credentials)
        self.api = self.service.forms()
        document = json.loads(get_static_doc("drive", "v3"))
        document |= {"rootUrl": f"{workspace.url}/", "baseUrl": f"{workspace.url}/drive/v3/"}
        self.drive = build_from_document(document, credentials=credentials)

    def close(self) -> None:
        self.service.close()
        self.drive.close()

    def create(self, by: form.FormDesign) -> tuple[str, form.FormPlan]:
        """As `create-form`: unpublished, one batch, published, open to whoever has the link."""
        info = {"title": by.info["title"], "documentTitle": by.info["title"]}
        made = self.api.create(body={"info": info}, unpublished=True).execute()
        plan = self.carry_out(made["formId"], form.plan(made, by))
        state = {"isPublished": True, "isAcceptingResponses": True}
        body = {"publishSettings": {"publishState": state}, "updateMask": "publishState"}
        self.api.setPublishSettings(formId=made["formId"], body=body).execute()
        anyone = {"type": "anyone", "role": "reader", "view": "published"}
        self.drive.permissions().create(fileId=made["formId"], body=anyone).execute()
        return made["formId"], plan

    def carry_out(self, form_id: str, plan: form.FormPlan) -> form.FormPlan:
        body = {"requests": list(plan.requests), "writeControl": {"requiredRevisionId": plan.revision_id}}
        if plan.requests:
            replies = self.api.batchUpdate(formId=form_id, body=body).execute()["replies"]
            assert plan.joined(replies) == plan.join  # the workspace takes our ids
        return form.FormPlan.from_document(json.loads(json.dumps(plan.document())))

    def get(self, form_id: str) -> Json:
        return self.api.get(formId=form_id).execute()

    def responses(self, form_id: str) -> list[Json]:
        return self.api.responses().list(formId=form_id).execute().get("responses", [])

    def fill_in(self, form_id: str, join: form.Join, *, candidate: str, level: str) -> None:
        """Posts the page as a browser would: every rating at one level, every text saying what it is about."""
        live = self.get(form_id)
        sent = {"emailAddress": "jo@example.org"}
        for field in join:
            asked = next(
                (
                    item["questionItem"]["question"]
                    for item in live["items"]
                    if item.get("questionItem", {}).get("question", {}).get("questionId") == field.question_id
                ),
                None,
            )
            if asked is None:
                continue
            options = [one["value"] for one in asked.get("choiceQuestion", {}).get("options", [])]
            answer = {
                "rating": next((option for option in options if option.startswith(level)), NOT_ASSESSED),
                "candidate": candidate if candidate in options else "".join(options[:1]),
                "typed-candidate": candidate,
                "recommendation": "Yes",
                "interviewer": "jo@example.org",
            }.get(field.kind, f"about {field.key}")
            sent[form.entry(field.question_id)] = answer
        body = urllib.parse.urlencode(sent).encode()
        with urllib.request.urlopen(f"{self.url}/forms/d/e/{form_id}/formResponse", data=body) as page:
            assert page.status == 200


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forms]:
    with emulator.start(Path(tmp_path_factory.mktemp("workspace"))) as workspace:
        client = Forms(workspace)
        yield client
        client.close()


def stakes(forms: Forms, form_id: str) -> dict[str, int]:
    return Counter(id_ for response in forms.responses(form_id) for id_ in response.get("answers", {}))


def scorecards(forms: Forms, form_id: str, join: form.Join, of: Rubric) -> list[dict[str, int]]:
    found = [form.read_response(one, join, of, round_id="r")[0] for one in forms.responses(form_id)]
    return sorted((dict(sorted(card.ratings.items())) for card in found), key=str)


OVER_HTTP = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_new_form_over_http_is_the_design(forms: Forms) -> None:
    """One create, one batch; the second plan is empty; a link fills in the page."""
    by = design(TWO)
    form_id, plan = forms.create(by)
    live = forms.get(form_id)
    assert content(live) == content(first_form(by, googles_ids=False)[0])
    assert form.plan(live, by, join=plan.join, applied=plan.applied).changes == ()
    link = form.personal_link(live["responderUri"], plan.join, candidate="Ben", email="jo@example.org")
    with urllib.request.urlopen(link) as page:
        text = page.read().decode()
    assert 'value="jo@example.org"' in text
    assert "Ben" in text.partition("selected")[2][:40]


def test_answers_survive_rewording_reordering_and_new_anchors(forms: Forms) -> None:
    """A rating is read by its number, whatever the options say by now."""
    form_id, plan = forms.create(design(TWO))
    forms.fill_in(form_id, plan.join, candidate="Ana", level="4")
    changed = rubric(
        [
            question("xss", "security", question="Tell me about XSS", anchors={1: "a", 3: "b", 5: "c"}),
            question("indexes", "security", question="Tell me about indexes"),
            question("locks", "databases"),
        ]
    )
    options: dict[str, Any] = {"answers": stakes(forms, form_id)}
    plan = form.plan(forms.get(form_id), design(changed), join=plan.join, applied=plan.applied, **options)
    assert not plan.held
    plan = forms.carry_out(form_id, plan)
    forms.fill_in(form_id, plan.join, candidate="Ben", level="2")
    assert scorecards(forms, form_id, plan.join, changed) == [
        {"indexes": 2, "locks": 2, "xss": 2},
        {"indexes": 4, "xss": 4},
    ]
    assert form.plan(forms.get(form_id), design(changed), join=plan.join, applied=plan.applied).changes == ()


def test_a_form_that_moved_since_it_was_read_is_not_written(forms: Forms) -> None:
    """The guard is the revision that the plan was made from."""
    form_id, first = forms.create(design(TWO))
    by = design(rubric([question("xss", "security")]))
    stale = form.plan(forms.get(form_id), by, join=first.join, allow_destructive=True)
    hand = {"updateFormInfo": {"info": {"title": "Mine"}, "updateMask": "title"}}
    forms.api.batchUpdate(formId=form_id, body={"requests": [hand]}).execute()
    before = forms.get(form_id)
    with pytest.raises(HttpError) as refused:
        forms.carry_out(form_id, stale)
    assert refused.value.status_code == 400
    assert forms.get(form_id) == before


@given(old=designs(), new=designs())
@OVER_HTTP
def test_over_http_old_becomes_new_and_every_surviving_answer_stays_joined(
    forms: Forms, old: form.FormDesign, new: form.FormDesign
) -> None:
    """With responses in the form."""
    form_id, first = forms.create(old)
    forms.fill_in(form_id, first.join, candidate="Ana", level="4")
    forms.fill_in(form_id, first.join, candidate="Ben", level="2")
    received = {one["responseId"]: one for one in forms.responses(form_id)}
    options: dict[str, Any] = {"answers": stakes(forms, form_id), "allow_destructive": True}
    plan = form.plan(forms.get(form_id), new, join=first.join, applied=first.applied, **options)
    plan = forms.carry_out(form_id, plan)

    live = forms.get(form_id)
    assert content(live) == content(first_form(new, googles_ids=False)[0])
    before, now = ({f.key: f.question_id for f in join} for join in (first.join, plan.join))
    for response in forms.responses(form_id):
        answered = received[response["responseId"]]["answers"]
        for key in before.keys() & now.keys():
            if before[key] in answered:
                assert response["answers"][now[key]] == answered[before[key]]
    second = form.plan(live, new, join=plan.join, applied=plan.applied, **options)
    assert (second.changes, second.requests) == ((), ())


@given(old=designs(), new=designs(), seed=st.integers(0, 10_000))
@OVER_HTTP
def test_over_http_what_is_edited_by_hand_is_kept_or_undone(
    forms: Forms, old: form.FormDesign, new: form.FormDesign, seed: int
) -> None:
    """Edits sent as Google's editor would leave them; then kept; then undone."""
    form_id, first = forms.create(old)
    live, theirs = edit_by_hand(forms.get(form_id), seed)
    everything_anew = [{"deleteItem": {"location": {"index": 0}}}] * len(forms.get(form_id)["items"])
    everything_anew += [
        {"createItem": {"item": item, "location": {"index": place}}} for place, item in enumerate(live["items"])
    ]
    forms.api.batchUpdate(formId=form_id, body={"requests": everything_anew}).execute()

    plan = first
    for drift in ("keep", "keep", "undo"):
        plan = form.plan(
            forms.get(form_id), new, join=plan.join, applied=plan.applied, allow_destructive=True, drift=drift
        )
        plan = forms.carry_out(form_id, plan)
    after = forms.get(form_id)
    ours = [item for item in after["items"] if item not in theirs]
    assert content({"items": ours}) == content(first_form(new, googles_ids=False)[0])
    assert all(item in after["items"] for item in theirs)
