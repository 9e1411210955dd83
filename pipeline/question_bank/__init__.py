"""The question bank: a CSV file -> questions, with every fault at its place.

`read` never raises for what a person wrote; it hands back what it could read and all that is wrong with it. What a
question needs from a role (competency, rounds, the scale's anchors) is checked in `pipeline.config.consistency`.
"""

from pipeline.question_bank.bank import ANCHOR, COLUMNS, Bank, read

__all__ = ["ANCHOR", "COLUMNS", "Bank", "read"]
