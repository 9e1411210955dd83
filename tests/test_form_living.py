"""Properties of living forms: whatever the bank was and becomes, and whatever people did in between.

Many examples on the in-memory interpreter of Google's batch requests; `test_form_workspace.py` repeats a few over HTTP.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import form
from pipeline.scorecard import Competency, Question, Round, Rubric, Scale
from tests.form_examples import created
from tests.form_interpreter import as_read, batch_update

Json = dict[str, Any]
WORDS = ["indexes", "locks", "xss", "csrf", "conflict"]
COMPETENCIES = ["databases", "security", "team"]
NAMES = ["Ana", "Ben", "Cem", "Dee"]

texts = st.sampled_from(["", "One line.", "Two\nlines.", "  odd  spaces  ", "= 1 + 1", "ümlaut · “quotes”"])
anchors = st.fixed_dictionaries({level: st.sampled_from(["low", "mid", "high\nup"]) for level in (1, 3, 5)})


@st.composite
def questions(draw: st.DrawFn) -> Question:
    return Question(
        id=draw(st.sampled_from(WORDS)),
        competency=draw(st.sampled_from(COMPETENCIES)),
        question=draw(st.sampled_from(["What?", "And why?", "How\nthen?"])),
        why=draw(texts),
        look_for=tuple(draw(st.lists(texts, max_size=2))),
        anchors=draw(anchors),
    )


@st.composite
def designs(draw: st.DrawFn) -> form.FormDesign:
    bank = draw(st.lists(questions(), min_size=1, max_size=5, unique_by=lambda q: q.id))
    order = draw(st.permutations(COMPETENCIES))
    scale = draw(st.sampled_from([Scale(), Scale(1, 5, ("A", "B", "C", "D", "E"))]))
    rubric = Rubric(
        "role",
        "Role",
        scale,
        tuple(Competency(c, c.title()) for c in order),
        tuple(bank),
        (Round("r", "R", tuple(order)),),
    )
    return form.design(
        rubric,
        rubric.rounds[0],
        title=draw(st.sampled_from(["Interview", "Screen"])),
        description=draw(texts),
        email_collection=draw(st.sampled_from(["verified", "responder-input", "none"])),
        candidates=draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)),
    )


def first_form(by: form.FormDesign, *, googles_ids: bool) -> tuple[Json, form.FormPlan]:
    """A form of this design, under our ids or such as Google gave instead."""
    plan = form.plan(created(), by)
    live, replies = batch_update(created(), plan.without_ids() if googles_ids else plan.requests)
    document = {**plan.document(), "join": [[f.kind, f.ref, f.question_id] for f in plan.joined(replies)]}
    return live, form.FormPlan.from_document(json.loads(json.dumps(document)))


def carried_out(live: Json, plan: form.FormPlan, numbers: Any = None) -> tuple[Json, form.FormPlan]:
    after, replies = batch_update(live, plan.requests, new_ids=numbers)
    document = {**plan.document(), "join": [[f.kind, f.ref, f.question_id] for f in plan.joined(replies)]}
    return after, form.FormPlan.from_document(document)


def content(live: Json) -> list[Json]:
    """The items without their ids, as Google gives them back."""

    def bare(item: Json) -> Json:
        item = copy.deepcopy(item)
        item.pop("itemId", None)
        item.get("questionItem", {}).get("question", {}).pop("questionId", None)
        return as_read(item)

    return [bare(item) for item in live["items"]]


def ids_of(join: form.Join) -> dict[str, str]:
    return {field.key: field.question_id for field in join if field.kind not in ("page", "note")}


def question_ids(live: Json) -> set[str]:
    return {item["questionItem"]["question"]["questionId"] for item in live["items"] if "questionItem" in item}


@given(designs(), designs(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_plan_from_old_to_new_gives_the_form_of_new(
    old: form.FormDesign, new: form.FormDesign, googles_ids: bool
) -> None:
    """Every surviving question keeps its id and so its answers; a second plan is empty."""
    live, first = first_form(old, googles_ids=googles_ids)
    answers = dict.fromkeys(ids_of(first.join).values(), 1)
    options: dict[str, Any] = {"answers": answers, "scorecards": dict.fromkeys(NAMES, 1), "allow_destructive": True}
    plan = form.plan(live, new, join=first.join, applied=first.applied, **options)
    after, plan = carried_out(live, plan)

    assert content(after) == content(first_form(new, googles_ids=False)[0])
    assert after["info"]["title"] == new.info["title"]
    assert after["info"].get("description", "") == new.info["description"]
    assert after["settings"] == new.settings
    before, now = ids_of(first.join), ids_of(plan.join)
    assert {key: before[key] for key in before.keys() & now.keys()} == {
        key: now[key] for key in before.keys() & now.keys()
    }
    assert set(now.values()) == question_ids(after)
    second = form.plan(after, new, join=plan.join, applied=plan.applied, **options)
    assert (second.changes, second.requests, second.join) == ((), (), plan.join)


@given(designs(), designs(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_without_permission_no_answered_question_leaves_the_form(
    old: form.FormDesign, new: form.FormDesign, googles_ids: bool
) -> None:
    """What is held stays in form and join; the rest is done; the second plan holds the same and does nothing."""
    live, first = first_form(old, googles_ids=googles_ids)
    answers = dict.fromkeys(ids_of(first.join).values(), 1)
    options: dict[str, Any] = {"answers": answers, "scorecards": dict.fromkeys(NAMES, 1)}
    after, plan = carried_out(live, form.plan(live, new, join=first.join, applied=first.applied, **options))

    assert ids_of(first.join).items() <= ids_of(plan.join).items()
    assert question_ids(live) <= question_ids(after)
    assert set(ids_of(plan.join).values()) == question_ids(after)
    second = form.plan(after, new, join=plan.join, applied=plan.applied, **options)
    assert (set(second.changes), second.requests) == (set(plan.held), ())

    allowed = form.plan(after, new, join=plan.join, applied=plan.applied, allow_destructive=True, **options)
    assert content(carried_out(after, allowed)[0]) == content(first_form(new, googles_ids=False)[0])


def edit_by_hand(live: Json, seed: int) -> tuple[Json, list[Json]]:
    """What a manager might do in Google's editor; also the items that they added."""
    chance = random.Random(seed)
    live = copy.deepcopy(live)
    added = []
    for number in range(chance.randint(1, 4)):
        item = chance.choice(live["items"])
        match chance.choice(["title", "description", "add", "delete", "move", "required"]):
            case "title":
                item["title"] = f"Edited {seed} {number}"
            case "description":
                item["description"] = f"Edited\n{seed} {number}"
            case "required" if "questionItem" in item:
                question = item["questionItem"]["question"]
                question["required"] = not question.get("required", False)
            case "delete" if item not in added and len(live["items"]) > 1:
                live["items"].remove(item)
            case "move":
                live["items"].remove(item)
                live["items"].insert(chance.randint(0, len(live["items"])), item)
            case _:
                new = {"itemId": f"{0x66000000 + number:08x}", "title": f"Theirs {number}", "textItem": {}}
                live["items"].insert(chance.randint(0, len(live["items"])), new)
                added.append(new)
    for item in live["items"]:
        if item.get("questionItem", {}).get("question", {}).get("required") is False:
            del item["questionItem"]["question"]["required"]
    return live, added


@given(designs(), designs(), st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_hand_made_edits_are_kept_through_any_change_of_the_bank(
    old: form.FormDesign, new: form.FormDesign, seed: int
) -> None:
    """Wording, order, added and deleted items stay as people left them, and the second plan sends nothing."""
    untouched, first = first_form(old, googles_ids=False)
    live, added = edit_by_hand(untouched, seed)
    options: dict[str, Any] = {"allow_destructive": True}
    after, plan = carried_out(live, form.plan(live, new, join=first.join, applied=first.applied, **options))

    was = {item["itemId"]: item for item in untouched["items"]}
    now = {item["itemId"]: item for item in after["items"]}
    for item in live["items"]:
        if item["itemId"] not in now:
            assert item not in added
            continue
        for name in ("title", "description"):
            if item.get(name) != was.get(item["itemId"], {}).get(name):
                assert now[item["itemId"]].get(name) == item.get(name)
    assert all(item in after["items"] for item in added)
    second = form.plan(after, new, join=plan.join, applied=plan.applied, **options)
    assert second.requests == ()
    assert {change.klass for change in second.changes} <= {"drift"}


@given(designs(), designs(), st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_undoing_hand_made_edits_gives_the_form_of_new_with_their_items_in_it(
    old: form.FormDesign, new: form.FormDesign, seed: int
) -> None:
    """Items that people added are theirs even then."""
    untouched, first = first_form(old, googles_ids=False)
    live, added = edit_by_hand(untouched, seed)
    options: dict[str, Any] = {"allow_destructive": True, "drift": "undo"}
    after, plan = carried_out(live, form.plan(live, new, join=first.join, applied=first.applied, **options))

    assert all(item in after["items"] for item in added)
    ours = {"items": [item for item in after["items"] if item not in added]}
    assert content(ours) == content(first_form(new, googles_ids=False)[0])
    second = form.plan(after, new, join=plan.join, applied=plan.applied, **options)
    assert second.requests == ()
    assert {change.kind for change in second.changes} <= {"added-by-hand"}


@given(designs(), designs(), st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_a_run_that_ended_before_it_could_record_anything_is_finished_by_the_next(
    old: form.FormDesign, new: form.FormDesign, seed: int
) -> None:
    """The batch is done or not; with the old record the next plan of the same design finds nothing left to send."""
    live, first = first_form(old, googles_ids=False)
    plan = form.plan(live, new, join=first.join, applied=first.applied, allow_destructive=True)
    after, plan = carried_out(live, plan)
    again = form.plan(after, new, join=first.join, applied=first.applied, allow_destructive=True)
    assert again.requests == ()
    assert ids_of(again.join) == ids_of(plan.join)


def test_two_hundred_questions_reordered_edited_and_thinned_out() -> None:
    """A bank of that size in one batch, every index right."""
    chance = random.Random(7)
    bank = [Question(f"q{n}", f"c{n % 9}", f"Question {n}?", anchors={1: "a", 3: "b", 5: "c"}) for n in range(200)]
    competencies = tuple(Competency(f"c{n}", f"C{n}") for n in range(9))

    def by(questions: list[Question], order: tuple[Competency, ...]) -> form.FormDesign:
        round_ = Round("r", "R", tuple(c.id for c in order))
        rubric = Rubric("role", "Role", Scale(), order, tuple(questions), (round_,))
        return form.design(
            rubric,
            round_,
            title="T",
            description="",
            email_collection="verified",
            candidates=[f"P{n}" for n in range(50)],
        )

    live, first = first_form(by(bank, competencies), googles_ids=False)
    edited = [Question(q.id, f"c{chance.randrange(9)}", f"{q.question} Why?") for q in chance.sample(bank, 150)]
    new = by(edited, tuple(chance.sample(competencies, 9)))
    plan = form.plan(live, new, join=first.join, applied=first.applied, allow_destructive=True)
    after, plan = carried_out(live, plan, itertools.count(0x71000000))
    assert [item["title"] for item in after["items"]] == [item["title"] for item in new.items]
    assert form.plan(after, new, join=plan.join, applied=plan.applied).changes == ()


@given(designs(), designs(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_bringing_in_candidates_between_two_runs_leaves_everything_else_for_the_next(
    old: form.FormDesign, new: form.FormDesign, googles_ids: bool
) -> None:
    """Only the candidate question is written, nobody with scorecards leaves, and `create-form` then does the rest."""
    live, first = first_form(old, googles_ids=googles_ids)
    answers = dict.fromkeys(ids_of(first.join).values(), 1)
    options: dict[str, Any] = {"answers": answers, "scorecards": dict.fromkeys(NAMES, 1)}
    between, some = carried_out(
        live, form.plan_candidates(live, new, join=first.join, applied=first.applied, **options)
    )
    assert len(some.requests) <= 1
    others = [[item for item in form_["items"] if item["title"] != "Candidate"] for form_ in (live, between)]
    assert others[0] == others[1]
    assert ids_of(some.join) == ids_of(first.join)

    plan = form.plan(between, new, join=some.join, applied=some.applied, allow_destructive=True, **options)
    assert content(carried_out(between, plan)[0]) == content(first_form(new, googles_ids=False)[0])
    assert not [change for change in plan.changes if change.klass == "drift"]
