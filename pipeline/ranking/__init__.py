"""Scorecards -> ranking: the exact headline, and beside it what can honestly be estimated. Arithmetic and words only.

No file (but the ratings file), no network, no clock, no screen. Randomness comes from a hash of the input alone, so
that the same scorecards give the same report. numpy is imported by the parts that estimate, when they are needed.
"""

from pipeline.ranking import ratings_file, record
from pipeline.ranking.as_json import document, parts
from pipeline.ranking.assemble import rank
from pipeline.ranking.explanation import Explanation, explain
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import CandidateResult, CompetencyScore, InterviewerResult, Ranking
from pipeline.ranking.text_table import table

__all__ = [
    "CandidateResult",
    "CompetencyScore",
    "Explanation",
    "InterviewerResult",
    "Policy",
    "Ranking",
    "document",
    "explain",
    "parts",
    "rank",
    "ratings_file",
    "record",
    "table",
]
