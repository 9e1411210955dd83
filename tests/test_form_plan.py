"""What each kind of edit does to a live form, told as a user would see it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline import form
from pipeline.errors import PipelineError
from tests.form_examples import ANCHORS, TWO, created, design, filled, question, rubric
from tests.form_interpreter import as_read, batch_update

Json = dict[str, Any]
INDEXES, XSS = TWO.questions


def again(
    live: Json, first: form.FormPlan, by: form.FormDesign, answered: int = 0, **options: Any
) -> tuple[form.FormPlan, Json]:
    """The next create-form: its plan, and the form once it is carried out."""
    answers = {field.question_id: answered for field in first.join}
    plan = form.plan(live, by, join=first.join, applied=first.applied, answers=answers, **options)
    return plan, batch_update(live, plan.requests)[0]


def told(plan: form.FormPlan) -> list[tuple[str, str]]:
    return [(change.klass, change.what) for change in plan.changes]


def titles(live: Json) -> list[str]:
    return [item["title"] for item in live["items"]]


def item(live: Json, title: str) -> Json:
    return next(one for one in live["items"] if one["title"] == title)


def same_questions(before: Json, after: Json) -> bool:
    """Every question that is in both has its id still."""

    def by_title(live: Json) -> dict[str, str]:
        return {
            one["title"]: one["questionItem"]["question"]["questionId"]
            for one in live["items"]
            if "questionItem" in one
        }

    old, new = by_title(before), by_title(after)
    return all(old[title] == new[title] for title in old.keys() & new.keys())


def test_nothing_changed_means_nothing_to_do() -> None:
    """The second run right after the first."""
    live, first = filled(design(TWO))
    plan, _ = again(live, first, design(TWO))
    assert (plan.changes, plan.requests) == ((), ())


def test_a_reworded_question_is_safe_and_only_its_title_is_written() -> None:
    """The item is echoed whole, ids and all, and the mask is as narrow as it can be."""
    live, first = filled(design(TWO))
    plan, after = again(live, first, design(rubric([replace(INDEXES, question="Which index, and why?"), XSS])))
    assert told(plan) == [
        (
            "safe",
            "question indexes “What about indexes?”: wording “What about indexes?” becomes “Which index, and why?”",
        )
    ]
    (request,) = plan.requests
    assert request["updateItem"]["updateMask"] == "title"
    assert request["updateItem"]["item"]["itemId"] == live["items"][4]["itemId"]
    assert after["items"][4]["questionItem"] == live["items"][4]["questionItem"]


def test_a_changed_anchor_changes_meaning_and_says_how_many_answers_were_given_under_the_old_one() -> None:
    """Ratings keep their level: the number at the front of the option is what counts."""
    live, first = filled(design(TWO))
    plan, after = again(
        live, first, design(rubric([replace(INDEXES, anchors={**ANCHORS, 3: "reads plans"}), XSS])), answered=7
    )
    assert told(plan) == [
        (
            "changes-meaning",
            (
                "question indexes “What about indexes?”: level 3 “Solid: knows the rules” becomes "
                "“Solid: reads plans”; 7 answers given under the old text keep their level"
            ),
        )
    ]
    assert plan.requests[0]["updateItem"]["updateMask"] == "questionItem.question.choiceQuestion.options"
    assert same_questions(live, after)


def test_an_added_question_is_safe_and_goes_to_its_page() -> None:
    """Nothing else moves."""
    live, first = filled(design(TWO))
    plan, after = again(live, first, design(rubric([INDEXES, question("locks", "databases"), XSS])))
    assert told(plan) == [("safe", "question locks “What about locks?” is new")]
    assert titles(after)[4:7] == ["What about indexes?", "What about locks?", "Evidence: Databases"]
    assert same_questions(live, after)


def test_a_removed_question_is_held_until_destroying_answers_is_allowed() -> None:
    """The plan says how many answers are at stake; until it is allowed the question stays and keeps its join."""
    live, first = filled(design(TWO))
    by = design(rubric([XSS]))
    plan, after = again(live, first, by, answered=3)
    assert [change.answers_at_stake for change in plan.held] == [3, 3]  # the rating and the page's evidence
    assert plan.held[0].what == "question indexes “What about indexes?” is removed; 3 answers at stake"
    assert titles(after) == titles(live)
    assert {"rating:indexes", "evidence:databases"} <= {field.key for field in plan.join}

    allowed, after = again(live, first, by, answered=3, allow_destructive=True)
    assert not allowed.held
    assert titles(after) == [one["title"] for one in by.items]
    assert "rating:indexes" not in {field.key for field in allowed.join}


def test_a_removed_question_destroys_answers_even_before_there_are_any() -> None:
    """So that the same edit asks the same question on every day of a hiring round."""
    live, first = filled(design(TWO))
    plan, _ = again(live, first, design(rubric([XSS])))
    assert [(change.klass, change.answers_at_stake) for change in plan.held] == [("destroys-answers", 0)] * 2


def test_reordered_questions_move_and_keep_their_answers() -> None:
    """Told by the fewest items that explain the new order."""
    three = [question("a", "c"), question("b", "c"), question("d", "c")]
    live, first = filled(design(rubric(three)))
    plan, after = again(live, first, design(rubric([three[2], three[0], three[1]])))
    assert told(plan) == [("safe", "question d “What about d?” moves behind page “C”")]
    assert titles(after)[4:7] == ["What about d?", "What about a?", "What about b?"]
    assert same_questions(live, after)


def test_a_question_that_changes_competency_moves_to_the_other_page() -> None:
    """Same question, same answers."""
    live, first = filled(design(TWO))
    other = [replace(INDEXES, competency="security"), XSS, question("locks", "databases")]
    by = design(replace(rubric(other), competencies=TWO.competencies))
    plan, after = again(live, first, by)
    assert titles(after) == [one["title"] for one in by.items]
    assert not plan.held
    assert same_questions(live, after)


def test_title_description_and_e_mail_collection_are_changed_only_when_different() -> None:
    """Each under its own mask."""
    live, first = filled(design(TWO))
    by = replace(
        design(TWO, email_collection="responder-input"),
        info={"title": "Screen", "description": live["info"]["description"]},
    )
    plan, after = again(live, first, by)
    assert [list(request) for request in plan.requests] == [["updateFormInfo"], ["updateSettings"]]
    assert plan.requests[0]["updateFormInfo"]["updateMask"] == "title"
    assert after["info"]["title"] == "Screen"
    assert after["settings"] == {"emailCollectionType": "RESPONDER_INPUT"}


# --- candidates


def test_a_candidate_who_joins_the_panel_joins_the_drop_down() -> None:
    """Safe."""
    live, first = filled(design(TWO, ["Ana"]))
    plan, after = again(live, first, design(TWO, ["Ana", "Ben"]))
    assert told(plan) == [("safe", "candidate Ben joins the drop-down")]
    assert plan.requests[0]["updateItem"]["updateMask"] == "questionItem.question.choiceQuestion.options"
    assert same_questions(live, after)


def test_a_candidate_with_scorecards_stays_until_destroying_answers_is_allowed() -> None:
    """One without leaves at once; one who arrives does not wait for either."""
    live, first = filled(design(TWO, ["Ana", "Ben", "Cem"]))
    plan, after = again(live, first, design(TWO, ["Cem", "Dee"]), scorecards={"Ana": 2})
    assert [(change.kind, change.klass, change.outcome) for change in plan.changes] == [
        ("candidate-removed", "destroys-answers", "hold"),
        ("candidate-removed", "safe", "apply"),
        ("candidate-added", "safe", "apply"),
    ]
    assert plan.held[0].answers_at_stake == 2
    assert options(after, "Candidate") == ["Cem", "Dee", "Ana"]

    once_more, _ = again(after, plan, design(TWO, ["Cem", "Dee"]), scorecards={"Ana": 2})
    assert [change.kind for change in once_more.held] == ["candidate-removed"]
    assert once_more.requests == ()

    _, after = again(after, plan, design(TWO, ["Cem", "Dee"]), scorecards={"Ana": 2}, allow_destructive=True)
    assert options(after, "Candidate") == ["Cem", "Dee"]


def options(live: Json, title: str) -> list[str]:
    return [one["value"] for one in item(live, title)["questionItem"]["question"]["choiceQuestion"]["options"]]


def test_the_first_candidates_turn_the_typed_name_into_a_drop_down() -> None:
    """Safe as long as nobody has typed one."""
    live, first = filled(design(TWO, []))
    plan, after = again(live, first, design(TWO, ["Ana"]))
    assert told(plan) == [("safe", "the candidate question: kind “typed name” becomes “drop-down”")]
    assert titles(after) == titles(live)
    assert options(after, "Candidate") == ["Ana"]
    assert again(after, plan, design(TWO, ["Ana"]))[0].changes == ()


@pytest.mark.parametrize(("before", "now"), [([], ["Ana"]), (["Ana"], [])])
def test_a_candidate_question_that_nobody_recorded_is_known_whichever_it_is(before: list[str], now: list[str]) -> None:
    """The run that put it in was killed before it could write the Rubric worksheet, and then the panel changed."""
    live, _ = filled(design(TWO, before))
    plan = form.plan(live, design(TWO, now))
    assert [change.kind for change in plan.changes] == ["kind-changed"]
    assert titles(batch_update(live, plan.requests)[0]) == titles(live)


def test_typed_names_are_not_thrown_away_unasked() -> None:
    """The typed question stays the form's only candidate question until it is allowed."""
    live, first = filled(design(TWO, []))
    plan, after = again(live, first, design(TWO, ["Ana"]), answered=4)
    assert [change.answers_at_stake for change in plan.held] == [4]
    assert after["items"] == live["items"]
    assert "typed-candidate" in [field.kind for field in plan.join]
    assert "candidate" not in [field.kind for field in plan.join]


def test_a_run_brings_the_panels_candidates_into_the_form_and_nothing_else_of_the_bank() -> None:
    """A reworded question waits for `create-form`, which then still knows that the rewording is ours."""
    live, first = filled(design(TWO, ["Ana"]))
    by = design(rubric([replace(INDEXES, question="Which index?"), XSS]), ["Ana", "Ben"])
    plan = form.plan_candidates(live, by, join=first.join, applied=first.applied)
    after, _ = batch_update(live, plan.requests)
    assert told(plan) == [("safe", "candidate Ben joins the drop-down")]
    assert options(after, "Candidate") == ["Ana", "Ben"]
    assert plan.join == first.join
    assert [change.kind for change in again(after, plan, by)[0].changes] == ["reworded"]


def test_a_run_turns_the_typed_name_into_a_drop_down_as_long_as_nobody_typed_one() -> None:
    """With answers in it, it waits for permission."""
    live, first = filled(design(TWO, []))
    by = design(TWO, ["Ana"])
    typed = first.join[0].question_id
    waiting = form.plan_candidates(live, by, join=first.join, applied=first.applied, answers={typed: 1})
    assert (len(waiting.held), waiting.requests, waiting.join) == (1, (), first.join)

    plan = form.plan_candidates(live, by, join=first.join, applied=first.applied)
    after, _ = batch_update(live, plan.requests)
    assert titles(after) == titles(live)
    assert plan.join[0].kind == "candidate"
    assert again(after, plan, by)[0].changes == ()


# --- hand-made edits


def test_wording_edited_by_hand_is_shown_and_kept() -> None:
    """Run after run, until it is undone or taken over into the bank."""
    live, first = filled(design(TWO))
    item(live, "What about xss?")["title"] = "Tell me about XSS"
    plan, after = again(live, first, design(TWO))
    assert told(plan) == [
        (
            "drift",
            (
                "question xss “Tell me about XSS”: wording was edited by hand to “Tell me about XSS”, ours is "
                "“What about xss?”; kept"
            ),
        )
    ]
    assert plan.requests == ()
    assert plan.pending == ()
    assert told(again(after, plan, design(TWO))[0]) == told(plan)


def test_a_hand_made_edit_is_undone_on_request() -> None:
    """And then there is nothing more to say."""
    live, first = filled(design(TWO))
    item(live, "What about xss?")["title"] = "Tell me about XSS"
    plan, after = again(live, first, design(TWO), drift="undo")
    assert [change.klass for change in plan.changes] == ["drift"]
    assert "What about xss?" in titles(after)
    assert again(after, plan, design(TWO))[0].changes == ()


def test_a_hand_made_edit_that_the_bank_takes_over_is_no_edit_any_more() -> None:
    """Form and bank agree; it does not matter who was first."""
    live, first = filled(design(TWO))
    item(live, "What about xss?")["title"] = "Tell me about XSS"
    plan, _ = again(live, first, design(rubric([INDEXES, replace(XSS, question="Tell me about XSS")])))
    assert plan.changes == ()


def test_a_hand_made_edit_does_not_stop_other_changes_of_the_same_question() -> None:
    """Facet by facet: the wording stays theirs, the new anchor is ours."""
    live, first = filled(design(TWO))
    item(live, "What about xss?")["title"] = "Tell me about XSS"
    plan, after = again(live, first, design(rubric([INDEXES, replace(XSS, anchors={1: "x", 3: "y", 5: "z"})])))
    assert [change.klass for change in plan.changes] == ["drift", "changes-meaning"]
    assert options(after, "Tell me about XSS")[0] == "1 · Poor: x"


def test_without_a_record_of_what_was_applied_differences_are_taken_for_ours() -> None:
    """A colleague's machine after the record was lost."""
    live, first = filled(design(TWO))
    item(live, "What about xss?")["title"] = "Tell me about XSS"
    plan = form.plan(live, design(TWO), join=first.join)
    assert [(change.klass, change.kind) for change in plan.changes] == [("safe", "reworded")]


def test_an_item_added_by_hand_is_left_where_it_is() -> None:
    """Behind the item that it follows, whatever happens around it; never changed, even when edits are undone."""
    live, first = filled(design(TWO))
    theirs = {
        "itemId": "66666666",
        "title": "Parking?",
        "questionItem": {"question": {"questionId": "66666667", "textQuestion": {}}},
    }
    live["items"].insert(5, theirs)
    by = design(rubric([INDEXES, question("locks", "databases"), XSS]))
    for drift in ("keep", "undo"):
        plan, after = again(live, first, by, drift=drift)
        assert ("drift", "“Parking?” was added by hand; it is left as it is") in told(plan)
        assert titles(after)[4:7] == ["What about indexes?", "Parking?", "What about locks?"]
        assert after["items"][5] == theirs


def test_a_question_deleted_by_hand_is_not_made_again_unasked() -> None:
    """Its answers stay joined; undone, it comes back under the same id."""
    live, first = filled(design(TWO))
    gone = item(live, "What about xss?")
    live["items"].remove(gone)
    plan, after = again(live, first, design(TWO))
    assert told(plan) == [("drift", "question xss “What about xss?” was deleted by hand; kept")]
    assert plan.requests == ()
    assert plan.join == first.join

    after["items"].remove(item(after, "Security"))
    plan, after = again(after, plan, design(TWO), drift="undo")
    assert [one["itemId"] for one in after["items"]] == [one["itemId"] for one in design(TWO).items]
    assert titles(after)[6:8] == ["Security", "What about xss?"]
    assert as_read(item(after, "What about xss?")) == as_read(gone)


def test_questions_moved_by_hand_stay_where_they_were_put() -> None:
    """A question that is added finds its place behind its predecessor there."""
    live, first = filled(design(TWO))
    live["items"].insert(4, live["items"].pop(7))
    plan, after = again(live, first, design(TWO))
    assert told(plan) == [
        ("drift", "question xss “What about xss?” was moved by hand; its place is behind page “Security”; kept")
    ]
    plan, after = again(after, plan, design(rubric([INDEXES, XSS, question("csrf", "security")])))
    assert titles(after)[4:6] == ["What about xss?", "What about csrf?"]

    plan, after = again(after, plan, design(TWO), drift="undo", allow_destructive=True)
    assert titles(after) == [one["title"] for one in design(TWO).items]


def test_a_candidate_added_or_taken_out_by_hand_is_told_from_our_own() -> None:
    """The panel's changes are made, the editor's are kept."""
    live, first = filled(design(TWO, ["Ana", "Ben"]))
    choice = item(live, "Candidate")["questionItem"]["question"]["choiceQuestion"]
    choice["options"] = [{"value": "Ana"}, {"value": "Zoe"}]
    plan, after = again(live, first, design(TWO, ["Ana", "Ben", "Cem"]))
    assert [change.kind for change in plan.changes] == [
        "candidate-added-by-hand",
        "candidate-removed-by-hand",
        "candidate-added",
    ]
    assert options(after, "Candidate") == ["Ana", "Cem", "Zoe"]
    assert again(after, plan, design(TWO, ["Ana", "Ben", "Cem"]))[0].requests == ()

    _, after = again(after, plan, design(TWO, ["Ana", "Ben", "Cem"]), drift="undo")
    assert options(after, "Candidate") == ["Ana", "Ben", "Cem"]


def test_a_question_turned_into_another_kind_by_hand_gets_a_new_id_when_undone() -> None:
    """Google cannot turn it back, so its answers are at stake, and the old id is never used for new answers."""
    live, first = filled(design(TWO))
    asked = item(live, "What about xss?")["questionItem"]["question"]
    del asked["choiceQuestion"]
    asked["textQuestion"] = {}
    kept, _ = again(live, first, design(TWO), answered=5)
    assert [(change.klass, change.outcome) for change in kept.changes] == [("drift", "keep")]

    held, after = again(live, first, design(TWO), answered=5, drift="undo")
    assert [(change.kind, change.answers_at_stake) for change in held.held] == [("kind-changed", 5)]
    assert after["items"] == live["items"]

    done, after = again(live, first, design(TWO), answered=5, drift="undo", allow_destructive=True)
    new = item(after, "What about xss?")["questionItem"]["question"]
    assert "choiceQuestion" in new
    assert new["questionId"] != asked["questionId"]
    assert new["questionId"] in [field.question_id for field in done.join]
    assert again(after, done, design(TWO))[0].changes == ()

    recovered = form.plan(after, design(TWO), join=first.join, applied=first.applied)  # ended before it was recorded
    assert (recovered.requests, recovered.join) == ((), done.join)


def test_candidates_still_arrive_when_the_drop_down_was_turned_into_radio_buttons_by_hand() -> None:
    """The look stays theirs, the names are the panel's."""
    live, first = filled(design(TWO, ["Ana"]))
    item(live, "Candidate")["questionItem"]["question"]["choiceQuestion"]["type"] = "RADIO"
    plan, after = again(live, first, design(TWO, ["Ana", "Ben"]))
    assert [change.kind for change in plan.changes] == ["edited-by-hand", "candidate-added"]
    assert options(after, "Candidate") == ["Ana", "Ben"]
    assert again(after, plan, design(TWO, ["Ana", "Ben"]))[0].requests == ()


def test_a_form_that_was_emptied_or_made_anew_is_filled() -> None:
    """Whatever was on record of the one before."""
    live, first = filled(design(TWO))
    plan, after = again({**live, "items": []}, first, design(TWO))
    assert [change.kind for change in plan.changes] == ["form-filled"]
    assert after["items"] == live["items"]


def test_long_texts_are_shown_from_where_they_part() -> None:
    """The beginning of a guide is rarely what changed."""
    why = "Most of our incidents in the last two years began with a query that nobody had looked at"
    live, first = filled(design(rubric([replace(INDEXES, why=f"{why} before."), XSS])))
    plan, _ = again(live, first, design(rubric([replace(INDEXES, why=f"{why} twice."), XSS])))
    assert told(plan) == [
        (
            "safe",
            (
                "question indexes “What about indexes?”: description “…nobody had looked at before.” "
                "becomes “…nobody had looked at twice.”"
            ),
        )
    ]


# --- ids that Google gave, saved plans


def test_ids_of_googles_that_were_never_recorded_are_found_again_by_what_the_items_say() -> None:
    """The run ended right after its batch; the next one must not fill the form twice."""
    first = form.plan(created(), design(TWO))
    live, replies = batch_update(created(), first.without_ids())
    recovered = form.plan(live, design(TWO))
    assert (recovered.changes, recovered.requests) == ((), ())
    assert recovered.join == first.joined(replies)


def test_ids_that_google_gives_instead_of_ours_are_taken_and_everything_still_works() -> None:
    """The join is read from the replies; pages and notes stand in it too."""
    first = form.plan(created(), design(TWO))
    live, replies = batch_update(created(), first.without_ids())
    join = first.joined(replies)
    assert {field.question_id for field in join}.isdisjoint({field.question_id for field in first.join})
    assert form.plan(live, design(TWO), join=join, applied=first.applied).changes == ()

    plan = form.plan(live, design(rubric([XSS, INDEXES])), join=join, applied=first.applied)
    after, _ = batch_update(live, plan.requests)
    assert plan.join != join
    assert set(plan.join) == set(join)
    assert same_questions(live, after)


def test_a_plan_survives_being_saved() -> None:
    """`--out plan.json`, `--plan plan.json`."""
    live, first = filled(design(TWO))
    plan, _ = again(live, first, design(rubric([XSS])), answered=2)
    saved = json.loads(json.dumps(plan.document()))
    assert form.FormPlan.from_document(saved) == plan
    assert list(form.FormPlan.from_document(saved).applied) == list(plan.applied)
    assert (plan.revision_id, plan.inputs) == (live["revisionId"], design(rubric([XSS])).fingerprint)


@pytest.mark.parametrize("saved", [{}, [], {"schema_version": 2}, {"schema_version": 1, "changes": [{}]}])
def test_a_file_that_is_no_plan_is_refused_with_the_way_to_make_one(saved: Any) -> None:
    """Never a KeyError."""
    with pytest.raises(PipelineError, match="create-form --dry-run --out"):
        form.FormPlan.from_document(saved)


def test_a_plans_fingerprint_of_the_form_changes_with_anything_in_it() -> None:
    """An item added by hand in between is enough."""
    live, first = filled(design(TWO))
    plan, _ = again(live, first, design(TWO))
    moved = copy.deepcopy(live)
    moved["items"].append({"itemId": "66666666", "title": "Parking?", "textItem": {}})
    assert form.plan(live, design(TWO)).form == plan.form != form.plan(moved, design(TWO)).form
