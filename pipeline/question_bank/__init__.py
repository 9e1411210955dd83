"""The question bank: a CSV file -> questions, with every fault at its place.

`read` never raises for what a person wrote; it hands back what it could read and all that is wrong with it. What a
question needs from a role (its competency, its rounds, its scale's anchors) is checked in `pipeline.config.check`.
"""

from pipeline.question_bank.bank import ANCHOR, COLUMNS, Bank, read

__all__ = ["ANCHOR", "COLUMNS", "Bank", "read"]
