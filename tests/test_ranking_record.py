"""The decision record: the same ranking again, byte for byte, from the file alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from pipeline import ranking
from pipeline.ranking import Policy, record
from tests.test_ranking_estimates import panel
from tests.test_ranking_examples import FLOOR
from tests.test_ranking_examples import rubric as example
from tests.test_ranking_severity import rubric

POLICY = Policy(min_coverage=Fraction("0.65"), min_interviewers=1, tier_probability=0.8)


def made() -> dict:
    cards = panel()
    result = ranking.rank(rubric(), cards, policy=POLICY, candidates=["Zed"])
    whole = record.make(
        result, rubric(), cards, POLICY, program_version="1.2.3", made_at="2026-03-02T08:00:00Z", candidates=["Zed"]
    )
    return json.loads(json.dumps(whole, allow_nan=False))


def test_a_record_gives_the_same_ranking_byte_for_byte() -> None:
    """Through JSON and back, scores, draws, notes and all."""
    kept = made()
    assert json.dumps(ranking.document(record.replay(kept))) == json.dumps(kept["result"])
    assert record.reproduces(kept)


def test_what_was_left_out_before_is_told_by_the_record_too() -> None:
    """A ranking of one round says so, and says it again when the record is reproduced."""
    alone = "Of the round team alone."
    result = ranking.rank(example(3), FLOOR)
    result = replace(result, notes=(*result.notes, alone))
    kept = record.make(result, example(3), FLOOR, Policy(), program_version="1", made_at="", told=[alone])
    assert record.replay(kept) == result


def test_a_record_of_must_haves_and_ties_too() -> None:
    """Thresholds and weights survive as exact fractions."""
    result = ranking.rank(example(3), FLOOR)
    kept = record.make(result, example(3), FLOOR, Policy(), program_version="1", made_at="")
    assert record.replay(json.loads(json.dumps(kept))) == result


def test_it_holds_what_it_was_made_from_but_not_what_people_wrote() -> None:
    """Rubric, weights, policy, version and hashes; evidence only as a hash."""
    kept = made()
    assert kept["program_version"] == "1.2.3"
    assert kept["rubric_version"] == rubric().fingerprint
    assert set(kept["hashes"]) == {"rubric", "policy", "candidates", "scorecards", "told", "result"}
    assert kept["inputs"]["policy"]["min_coverage"] == "13/20"
    assert "evidence" not in kept["inputs"]["scorecards"][0]


@pytest.mark.parametrize("what", ["rating", "weight", "version"])
def test_an_altered_record_is_refused(what: str) -> None:
    """A record proves something only if it cannot be touched up."""
    kept = made()
    if what == "rating":
        kept["inputs"]["scorecards"][0]["ratings"]["k0"] = 5 - kept["inputs"]["scorecards"][0]["ratings"]["k0"] % 5
    elif what == "weight":
        kept["inputs"]["rubric"]["competencies"][0]["weight"] = "9"
    else:
        kept["schema_version"] = 99
    with pytest.raises(ValueError, match=r"altered|version"):
        record.replay(kept)


def test_a_number_that_nobody_could_wait_for_is_none_of_ours() -> None:
    """Hashes that match prove only that somebody computed them."""
    kept = made()
    kept["inputs"]["rubric"]["competencies"][0]["weight"] = "1e999999999"
    text = json.dumps(kept["inputs"]["rubric"], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    kept["hashes"]["rubric"] = hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(ValueError, match="not a number of ours"):
        record.replay(kept)
