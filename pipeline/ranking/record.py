"""The decision record: all that a ranking was made from, so that it can be made again, byte for byte. Pure.

What interviewers wrote (evidence, summaries, concerns) does not enter a ranking and is not kept here; a hash of it is,
so that it can be shown later which texts were there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pipeline.ranking.as_json import document
from pipeline.ranking.assemble import rank
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import Ranking
from pipeline.scorecard import Competency, Question, Round, Rubric, Scale, SubmittedScorecard

SCHEMA_VERSION = 1


def make(
    ranking: Ranking,
    rubric: Rubric,
    scorecards: Iterable[SubmittedScorecard],
    policy: Policy,
    *,
    program_version: str,
    made_at: str,
    candidates: Iterable[str] = (),
    told: Iterable[str] = (),
) -> dict[str, Any]:
    """The record of a ranking: JSON's own types only.

    Args:
        scorecards, policy, candidates: what `rank` was given for this ranking.
        made_at: RFC 3339 UTC; the caller's clock.
        told: notes of the caller's own, which stand last: that rounds or scorecards were left out.
    """
    cards = sorted((_card(card) for card in scorecards), key=_canonical)
    inputs = {
        "rubric": _rubric(rubric),
        "policy": _policy(policy),
        "candidates": sorted(set(candidates)),
        "scorecards": cards,
        "told": list(told),
    }
    result = document(ranking)
    return {
        "schema_version": SCHEMA_VERSION,
        "program": "interview-pipeline",
        "program_version": program_version,
        "made_at": made_at,
        "role": rubric.role,
        "rubric_version": rubric.fingerprint,
        "hashes": {**{key: _hash(value) for key, value in inputs.items()}, "result": _hash(result)},
        "inputs": inputs,
        "result": result,
    }


def replay(record: Mapping[str, Any]) -> Ranking:
    """Rank again what the record holds.

    Raises:
        ValueError, KeyError or TypeError: it is no record, or it was altered.
    """
    if record["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"decision record of version {record['schema_version']}")
    inputs = record["inputs"]
    altered = [key for key, value in inputs.items() if _hash(value) != record["hashes"][key]]
    if altered:
        raise ValueError(f"altered since it was made: {', '.join(sorted(altered))}")
    policy = dict(inputs["policy"], min_coverage=_exact(inputs["policy"]["min_coverage"]))
    cards = [
        SubmittedScorecard(**{key: value for key, value in card.items() if key != "texts"})
        for card in inputs["scorecards"]
    ]
    made = rank(rubric_of(record), cards, policy=Policy(**policy), candidates=inputs["candidates"])
    return replace(made, notes=(*made.notes, *inputs["told"]))


def rubric_of(record: Mapping[str, Any]) -> Rubric:
    """The rubric that a record was made with."""
    return _read_rubric(record["inputs"]["rubric"])


def reproduces(record: Mapping[str, Any]) -> bool:
    """Whether ranking again gives the recorded result, byte for byte."""
    return _canonical(document(replay(record))) == _canonical(record["result"])


def _card(card: SubmittedScorecard) -> dict[str, Any]:
    return {
        "candidate": card.candidate,
        "interviewer": card.interviewer,
        "round": card.round,
        "submitted_at": card.submitted_at,
        "ratings": dict(sorted(card.ratings.items())),
        "recommendation": card.recommendation,
        "response_id": card.response_id,
        "created_at": card.created_at,
        "rubric_version": card.rubric_version,
        "texts": _hash([sorted(card.evidence.items()), card.summary, card.concerns]),
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "min_coverage": str(policy.min_coverage),
        "min_interviewers": policy.min_interviewers,
        "tier_probability": policy.tier_probability,
        "exchangeable": policy.exchangeable,
    }


def _rubric(rubric: Rubric) -> dict[str, Any]:
    return {
        "role": rubric.role,
        "title": rubric.title,
        "scale": {"low": rubric.scale.low, "high": rubric.scale.high, "names": list(rubric.scale.names)},
        "competencies": [
            {
                "id": each.id,
                "name": each.name,
                "weight": str(each.weight),
                "why": each.why,
                "threshold": None if each.threshold is None else str(each.threshold),
            }
            for each in rubric.competencies
        ],
        "questions": [
            {
                "id": each.id,
                "competency": each.competency,
                "question": each.question,
                "weight": str(each.weight),
                "anchors": {str(level): text for level, text in sorted(each.anchors.items())},
                "rounds": list(each.rounds),
            }
            for each in rubric.questions
        ],
        "rounds": [
            {"id": each.id, "name": each.name, "competencies": list(each.competencies), "minutes": each.minutes}
            for each in rubric.rounds
        ],
    }


def _read_rubric(data: Mapping[str, Any]) -> Rubric:
    return Rubric(
        role=data["role"],
        title=data["title"],
        scale=Scale(data["scale"]["low"], data["scale"]["high"], tuple(data["scale"]["names"])),
        competencies=tuple(
            Competency(
                each["id"],
                each["name"],
                _exact(each["weight"]),
                each["why"],
                None if each["threshold"] is None else _exact(each["threshold"]),
            )
            for each in data["competencies"]
        ),
        questions=tuple(_read_questions(data["questions"])),
        rounds=tuple(
            Round(each["id"], each["name"], tuple(each["competencies"]), each["minutes"]) for each in data["rounds"]
        ),
    )


def _read_questions(questions: Sequence[Mapping[str, Any]]) -> Iterable[Question]:
    for each in questions:
        yield Question(
            each["id"],
            each["competency"],
            each["question"],
            anchors={int(level): text for level, text in each["anchors"].items()},
            weight=_exact(each["weight"]),
            rounds=tuple(each["rounds"]),
        )


def _exact(text: str) -> Fraction:
    """A number as `make` writes it, "3" or "1/10"; any other could be one that takes for ever to read."""
    if not re.fullmatch(r"\d{1,20}(/\d{1,20})?", text, re.ASCII):
        raise ValueError("not a number of ours")
    return Fraction(text)


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(value: object) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()
