"""From Google's response to a scorecard: what is odd is told, what is not is used."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import form
from pipeline.scorecard import Problem, Scale, SubmittedScorecard
from tests.form_examples import TWO, design, question, rubric

Json = dict[str, Any]


def response(by: form.FormDesign, email: str = "jo@example.org", **answers: str | list[str]) -> Json:
    """A form response; answers by kind or by the question's or competency's id, as `rating_xss="3 · Solid"`."""
    ids = {(f"{field.kind}_{field.ref}" if field.ref else field.kind): field.question_id for field in by.join}
    given = {}
    for name, value in answers.items():
        id_ = ids.get(name.replace("typed_", "typed-"), name)
        values = value if isinstance(value, list) else [value]
        given[id_] = {"questionId": id_, "textAnswers": {"answers": [{"value": text} for text in values]}}
    return {
        "responseId": "ACYD",
        "createTime": "2026-11-02T10:00:00.056Z",
        "lastSubmittedTime": "2026-11-02T10:00:00.056342Z",
        **({"respondentEmail": email} if email else {}),
        "answers": given,
    }


def read(
    by: form.FormDesign | None = None,
    *,
    email: str = "jo@example.org",
    **answers: Any,
) -> tuple[SubmittedScorecard, list[Problem], dict[str, str]]:
    by = by or design(TWO)
    answers = {"candidate": "Ana", **answers} if "typed_candidate" not in answers else answers
    return form.read_response(response(by, email, **answers), by.join, TWO, round_id="technical")


def kinds(problems: list[Problem]) -> list[str]:
    return [problem.kind for problem in problems]


def test_a_response_becomes_a_scorecard() -> None:
    """Times as received, the e-mail in lower case and composed letters, texts as typed."""
    card, problems, orphans = read(
        email="JOSE\u0301@Example.org",
        rating_indexes="4 · Strong",
        rating_xss="1 · Poor: cannot say",
        evidence_security="=said that\nXSS is a hair style",
        recommendation="No",
        summary="Good on data.",
        concerns="Security.",
    )
    assert card == SubmittedScorecard(
        candidate="Ana",
        interviewer="jos\u00e9@example.org",
        round="technical",
        submitted_at="2026-11-02T10:00:00.056342Z",
        created_at="2026-11-02T10:00:00.056Z",
        response_id="ACYD",
        ratings={"indexes": 4, "xss": 1},
        evidence={"security": "=said that\nXSS is a hair style"},
        recommendation="No",
        summary="Good on data.",
        concerns="Security.",
    )
    assert (problems, orphans) == ([], {})


def test_not_assessed_is_no_rating() -> None:
    """Absent, never 0."""
    card, problems, _ = read(rating_indexes="Not assessed", rating_xss="3 · Solid: knows the rules")
    assert card.ratings == {"xss": 3}
    assert not problems


def test_a_rating_given_under_an_older_wording_keeps_its_level() -> None:
    """The number at the front counts, whatever the anchor or the level was called that day."""
    assert read(rating_xss="3 · Fine: some old anchor, 5 of them")[0].ratings == {"xss": 3}


def test_an_empty_response_is_read_too() -> None:
    """Google leaves out what is empty, down to `answers` itself."""
    card, problems, _ = form.read_response({"responseId": "x"}, design(TWO).join, TWO, round_id="technical")
    assert card.ratings == {}
    assert kinds(problems) == ["missing-candidate", "missing-email"]


@pytest.mark.parametrize(
    ("answer", "kind", "what"),
    [
        (
            "Brilliant",
            "unknown-option",
            "Question xss was answered “Brilliant”, which names no level; it counts as not assessed",
        ),
        ("5th", "unknown-option", "Question xss was answered “5th”, which names no level; it counts as not assessed"),
        ("7 · Godlike", "off-scale", "Question xss was rated 7, off the scale 1 to 5; it counts as not assessed"),
        (
            ["3 · Solid", "4 · Strong"],
            "several-answers",
            "Question xss has 2 answers where one is meant; it counts as not assessed",
        ),
    ],
)
def test_an_answer_that_is_no_level_is_told_and_the_rest_is_used(answer: Any, kind: str, what: str) -> None:
    """One broken answer costs one rating, not the scorecard."""
    card, problems, _ = read(rating_xss=answer, rating_indexes="4 · Strong", recommendation="Yes")
    assert (card.ratings, card.recommendation) == ({"indexes": 4}, "Yes")
    (problem,) = problems
    assert (problem.kind, problem.what) == (kind, what)
    assert (problem.candidate, problem.interviewer, problem.round, problem.response_id) == (
        "Ana",
        "jo@example.org",
        "technical",
        "ACYD",
    )
    assert problem.todo


def test_an_unknown_recommendation_is_told() -> None:
    """And counts as none."""
    card, problems, _ = read(recommendation="Maybe")
    assert card.recommendation == ""
    assert kinds(problems) == ["unknown-recommendation"]


@pytest.mark.parametrize("typed", ["  Ana  ", "An\u0061", "Ana\u00a0", "Ana\n"])
def test_a_candidates_name_is_compared_trimmed_single_spaced_and_composed(typed: str) -> None:
    """The same person, however it was typed."""
    card, problems, _ = read(design(TWO, []), typed_candidate=typed)
    assert card.candidate == "Ana"
    assert not problems


def test_decomposed_letters_are_composed() -> None:
    """As a Mac sends them."""
    assert read(design(TWO, []), typed_candidate="Zoe\u0308")[0].candidate == "Zoë"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("José Nunez", "Jose Núñez"),
        ("ribeiro, ana", "Ana Ribeiro"),
        ("Ana", "Ana Ribeiro"),
        ("Bo", ""),  # there are two
        ("Bo Lind Persson", "Bo Lind"),
        ("Quentin", ""),
        ("", ""),
    ],
)
def test_a_name_in_another_order_without_accents_or_in_part_is_near_the_one_it_may_mean(typed: str, meant: str) -> None:
    """A part that two names have is near neither."""
    assert form.near_match(typed, ["Ana Ribeiro", "Jose Núñez", "Bo Lind", "Bo Ek"]) == meant


@pytest.mark.parametrize(
    ("email", "kind"), [("", "missing-email"), ("jo", "malformed-email"), ("jo @example.org", "malformed-email")]
)
def test_an_interviewer_without_a_usable_e_mail_is_told(email: str, kind: str) -> None:
    """The ratings are kept."""
    card, problems, _ = read(email=email, rating_xss="3 · Solid")
    assert kinds(problems) == [kind]
    assert card.ratings == {"xss": 3}


def test_the_forms_own_e_mail_question_names_the_interviewer() -> None:
    """When Google collects none."""
    card, problems, _ = read(design(TWO, email_collection="none"), email="", interviewer=" Jo@Example.org ")
    assert card.interviewer == "jo@example.org"
    assert not problems


def test_answers_to_questions_that_left_the_form_are_kept() -> None:
    """By question id: nothing is lost."""
    both = design(rubric([*TWO.questions, question("locks", "transactions")]))
    card, problems, orphans = read(
        both,
        rating_xss="3 · Solid",
        rating_locks="5 · Outstanding",
        evidence_transactions="said so",
        **{"5555eeee": ["a", "b"]},
    )
    assert card.ratings == {"xss": 3}
    assert sorted(orphans.values()) == ["5 · Outstanding", "a; b", "said so"]
    assert not problems


def test_a_scale_from_zero_is_read() -> None:
    """0 is a level like any other."""
    zero = rubric([question("xss", "security", anchors={0: "a", 2: "b"})], Scale(0, 2, ("No", "Partly", "Yes")))
    by = design(zero)
    sent = response(by, candidate="Ana", rating_xss="0 · No: a")
    assert form.read_response(sent, by.join, zero, round_id="technical")[0].ratings == {"xss": 0}
