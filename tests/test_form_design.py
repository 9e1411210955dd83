"""What interviewers get to see: the form that follows from a rubric."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import form
from pipeline.form import ids
from pipeline.form.designing import guide
from pipeline.scorecard import Competency, Round, Rubric, Scale
from tests.form_examples import TWO, created, design, question, rubric
from tests.form_interpreter import batch_update


def titles(by: form.FormDesign) -> list[str]:
    return [("— " if "pageBreakItem" in item else "") + item["title"] for item in by.items]


def item(by: form.FormDesign, kind: str, ref: str = "") -> dict:
    return next(item for item, field in zip(by.items, by.join, strict=True) if (field.kind, field.ref) == (kind, ref))


def test_a_form_has_a_page_for_each_competency_between_the_candidate_and_the_recommendation() -> None:
    """First who and how, then what was asked, then the verdict."""
    assert titles(design(TWO)) == [
        "Candidate",
        "How to rate",
        "Before you talk to anyone",
        "— Databases",
        "What about indexes?",
        "Evidence: Databases",
        "— Security",
        "What about xss?",
        "Evidence: Security",
        "— Overall",
        "Overall recommendation",
        "Summary",
        "Concerns",
    ]


def test_each_level_is_an_option_with_its_anchor_and_the_last_is_not_assessed() -> None:
    """A level without an anchor shows its name alone."""
    asked = item(design(TWO), "rating", "indexes")["questionItem"]["question"]
    assert asked["required"] is True
    assert asked["choiceQuestion"]["type"] == "RADIO"
    assert [option["value"] for option in asked["choiceQuestion"]["options"]] == [
        "1 · Poor: cannot say",
        "2 · Weak",
        "3 · Solid: knows the rules",
        "4 · Strong",
        "5 · Outstanding: knows the costs",
        "Not assessed",
    ]


def test_a_question_tells_the_interviewer_why_and_what_to_listen_for() -> None:
    """The description, as the phone shows it."""
    asked = question(
        "indexes",
        "databases",
        why="Slow queries\nare the usual fire.",
        look_for=("names a trade-off", "reads a query plan"),
        sample_answer="I look at the plan first.",
        follow_ups=("When would you drop one?",),
        red_flags=("Indexes everything",),
        minutes=5,
    )
    assert guide(asked) == (
        "Why we ask: Slow queries\nare the usual fire.\n\n"
        "Look for:\n• names a trade-off\n• reads a query plan\n\n"
        "A strong answer: I look at the plan first.\n\n"
        "Follow-ups:\n• When would you drop one?\n\n"
        "Red flags:\n• Indexes everything\n\n"
        "Time: about 5 min"
    )


def test_a_question_without_a_guide_has_no_description() -> None:
    """No empty headings."""
    assert "description" not in item(design(TWO), "rating", "indexes")


def test_the_candidates_of_the_panel_are_a_drop_down() -> None:
    """Names are trimmed, single-spaced and listed once."""
    asked = item(design(TWO, ["  Ana  Lee", "Ben", "Ana Lee", " "]), "candidate")["questionItem"]["question"]
    assert asked["choiceQuestion"] == {"type": "DROP_DOWN", "options": [{"value": "Ana Lee"}, {"value": "Ben"}]}
    assert asked["required"] is True


def test_without_candidates_the_name_is_typed() -> None:
    """A drop-down without options cannot exist."""
    by = design(TWO, [])
    assert item(by, "typed-candidate")["questionItem"]["question"]["textQuestion"] == {"paragraph": False}
    assert not [field for field in by.join if field.kind == "candidate"]


@pytest.mark.parametrize(
    ("config", "google"),
    [("verified", "VERIFIED"), ("responder-input", "RESPONDER_INPUT"), ("none", "DO_NOT_COLLECT")],
)
def test_the_e_mail_is_collected_as_the_config_says(config: str, google: str) -> None:
    """And asked for on the form when Google does not collect it."""
    by = design(TWO, email_collection=config)
    assert by.settings == {"emailCollectionType": google}
    assert ("interviewer" in [field.kind for field in by.join]) == (config == "none")


def test_how_to_rate_names_the_levels_and_says_that_not_assessed_is_no_low_rating() -> None:
    """With the role's own scale."""
    by = design(rubric([question("xss", "security")], Scale(1, 3, ("No", "Maybe", "Yes"))))
    text = item(by, "note", "how-to-rate")["description"]
    assert "1 · No\n2 · Maybe\n3 · Yes" in text
    assert "not a low rating" in text


def test_a_round_asks_only_for_its_own_competencies_and_questions() -> None:
    """A question can be kept to some rounds; a competency without questions has no page."""
    both = Rubric(
        "r",
        "R",
        Scale(),
        (Competency("databases", "Databases"), Competency("team", "Team"), Competency("empty", "Empty")),
        (
            question("indexes", "databases"),
            question("locks", "databases", rounds=("second",)),
            question("conflict", "team"),
        ),
        (Round("first", "First", ("databases", "empty")),),
    )
    refs = [(field.kind, field.ref) for field in design(both).join if field.kind in ("page", "rating", "evidence")]
    assert refs == [("page", "databases"), ("rating", "indexes"), ("evidence", "databases"), ("page", "")]


def test_newlines_never_reach_a_title_or_an_option() -> None:
    """Google refuses them there; descriptions keep theirs."""
    odd = question("x", "c", question="What\nnow?", anchors={1: "a\r\nb", 3: "c", 5: "d"}, why="one\r\ntwo")
    shown = item(design(rubric([odd])), "rating", "x")
    assert shown["title"] == "What now?"
    assert shown["questionItem"]["question"]["choiceQuestion"]["options"][0]["value"] == "1 · Poor: a b"
    assert shown["description"] == "Why we ask: one\ntwo"


def test_a_new_form_is_filled_by_one_batch() -> None:
    """Description, e-mail collection and items from top to bottom; what Google then has is the design."""
    by = design(TWO)
    first = form.plan(created(), by)
    after, _ = batch_update(created(), first.requests)
    assert [one["title"] for one in after["items"]] == [one["title"] for one in by.items]
    assert after["info"]["description"] == "One scorecard for each candidate."
    assert after["settings"] == {"emailCollectionType": "VERIFIED"}
    assert [change.klass for change in first.changes] == ["safe"]
    assert first.join == by.join


def test_filling_a_form_a_second_time_is_refused_never_doubled() -> None:
    """The ids are ours, so a repeated create meets itself."""
    first = form.plan(created(), design(TWO))
    after, _ = batch_update(created(), first.requests)
    with pytest.raises(Exception, match="cannot be used"):
        batch_update(after, first.requests)


def test_two_hundred_questions_fit() -> None:
    """A bank of any size makes a form, ids all different."""
    many = rubric([question(f"q{n}", f"c{n % 12}") for n in range(200)])
    by = design(many)
    assert sum(field.kind == "rating" for field in by.join) == 200
    used = [one["itemId"] for one in by.items] + [field.question_id for field in by.join if field.kind == "rating"]
    assert len(set(used)) == len(used)


def test_a_question_has_the_same_id_in_every_form_and_on_every_machine() -> None:
    """It follows from the question's id alone; a change here would cut every live form from its answers."""
    by = {field.key: field.question_id for field in design(TWO).join}
    assert by["rating:indexes"] == ids.assign(["question rating:indexes"])["question rating:indexes"]
    assert ids.assign(["indexes"]) == {"indexes": "0729ca25"}


@given(st.sets(st.text(max_size=8), max_size=60), st.randoms())
@settings(max_examples=60, deadline=None)
def test_ids_are_distinct_well_formed_and_the_same_whatever_the_order(keys: set[str], random: object) -> None:
    """8 hex digits below 80000000, never 0."""
    shuffled = list(keys)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assigned = ids.assign(shuffled)
    assert assigned == ids.assign(sorted(keys))
    assert len(set(assigned.values())) == len(keys)
    assert all(re.fullmatch("[0-7][0-9a-f]{7}", id_) and int(id_, 16) for id_ in assigned.values())


def test_colliding_ids_are_told_apart_by_the_keys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two keys that hash alike get different ids, the same ones in either order."""
    monkeypatch.setattr(ids, "_LARGEST", 0x3)  # three ids in all: collisions are certain
    assert ids.assign(["a", "b", "c"]) == ids.assign(["c", "b", "a"])
    assert sorted(ids.assign(["a", "b", "c"]).values()) == ["00000001", "00000002", "00000003"]


def test_an_id_that_is_taken_is_not_given_again() -> None:
    """Ids in force elsewhere in the form are passed by."""
    own = ids.assign(["a"])["a"]
    assert ids.assign(["a"], taken=[own])["a"] != own


def test_a_personal_link_fills_in_candidate_and_e_mail() -> None:
    """Google's names: entry.<question id as a decimal>, emailAddress."""
    by = design(TWO)
    asked = next(field for field in by.join if field.kind == "candidate")
    link = form.personal_link("https://x/viewform", by.join, candidate="Ana Lee & Co", email="jo@example.org")
    assert link == (
        f"https://x/viewform?usp=pp_url&entry.{int(asked.question_id, 16)}=Ana%20Lee%20%26%20Co&emailAddress=jo%40example.org"
    )


def test_a_personal_link_uses_the_forms_own_question_for_the_e_mail() -> None:
    """When Google collects none."""
    by = design(TWO, email_collection="none")
    own = next(field for field in by.join if field.kind == "interviewer")
    assert f"{form.entry(own.question_id)}=jo%40example.org" in form.personal_link("u", by.join, email="jo@example.org")


def test_a_link_that_has_a_query_already_is_extended() -> None:
    """One question mark only."""
    assert form.personal_link("u?x=1", design(TWO).join) == "u?x=1&usp=pp_url"


def test_the_same_design_has_the_same_fingerprint() -> None:
    """And a changed anchor another."""
    other = rubric([question("indexes", "databases", anchors={1: "x", 3: "y", 5: "z"}), question("xss", "security")])
    assert design(TWO).fingerprint == design(TWO).fingerprint != design(other).fingerprint
