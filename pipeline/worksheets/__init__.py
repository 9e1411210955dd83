"""Grids, formats and formulas of each worksheet, and reading them back. Pure: values in, Sheets' requests out.

The only pure room that knows Sheets' JSON. It decides and sends nothing; whoever sends its requests hands the answers
back to it. Worksheets are addressed by their fixed ids, never by title.
"""

from pipeline.worksheets.about import inputs_fingerprint
from pipeline.worksheets.forgetting import (
    MENTION_FIELDS,
    Erasure,
    is_named,
    lost_its_header,
    mark_of,
    mention,
    mentions,
    plan_forget,
)
from pipeline.worksheets.guard import MARK_FIELDS, mark_body
from pipeline.worksheets.layout import (
    SURVEY_FIELDS,
    Repair,
    astray,
    crooked,
    layout_requests,
    plan_repair,
    plan_rubric,
    whole,
)
from pipeline.worksheets.panel import LinkParts, plan_links, plan_panel
from pipeline.worksheets.pull import ANY_ROUND, Incoming, PullPlan, plan_pull
from pipeline.worksheets.rankings_notes import Beside
from pipeline.worksheets.reading import READ, READ_INPUTS, Book, Table, read, tables_in
from pipeline.worksheets.results import key_of
from pipeline.worksheets.rubric import (
    JoinRow,
    Recorded,
    Version,
    in_force,
    record_in,
    record_of,
    recorded_in,
    scale_of,
    seal_in,
    seal_of,
    with_version,
)
from pipeline.worksheets.scorecards import StoredScorecard, former
from pipeline.worksheets.snapshot import SNAPSHOT_FIELDS, Snapshot, book_of, read_snapshot, snapshot_body
from pipeline.worksheets.whatif import Limits
from pipeline.worksheets.writing import RESPONSE_FIELDS, RankingsPlan, is_as_written, plan_rankings

__all__ = [
    "ANY_ROUND",
    "MARK_FIELDS",
    "MENTION_FIELDS",
    "READ",
    "READ_INPUTS",
    "RESPONSE_FIELDS",
    "SNAPSHOT_FIELDS",
    "SURVEY_FIELDS",
    "Beside",
    "Book",
    "Erasure",
    "Incoming",
    "JoinRow",
    "Limits",
    "LinkParts",
    "PullPlan",
    "RankingsPlan",
    "Recorded",
    "Repair",
    "Snapshot",
    "StoredScorecard",
    "Table",
    "Version",
    "astray",
    "book_of",
    "crooked",
    "former",
    "in_force",
    "inputs_fingerprint",
    "is_as_written",
    "is_named",
    "key_of",
    "layout_requests",
    "lost_its_header",
    "mark_body",
    "mark_of",
    "mention",
    "mentions",
    "plan_forget",
    "plan_links",
    "plan_panel",
    "plan_pull",
    "plan_rankings",
    "plan_repair",
    "plan_rubric",
    "read",
    "read_snapshot",
    "record_in",
    "record_of",
    "recorded_in",
    "scale_of",
    "seal_in",
    "seal_of",
    "snapshot_body",
    "tables_in",
    "whole",
    "with_version",
]
