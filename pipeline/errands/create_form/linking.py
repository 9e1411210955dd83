"""Personal links for the Panel worksheet: the form's address, the join and the panel in, Sheets' requests out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline import worksheets
from pipeline.form import Join, link_parts
from pipeline.scorecard import Rubric
from pipeline.worksheets import Book, LinkParts, design


def link_requests(
    rubric: Rubric, book: Book, joins: Mapping[str, Join], addresses: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The links that are missing or out of date, of the rounds whose form's address is given."""
    parts = {
        round_id: LinkParts(*link_parts(address, joins[round_id]))
        for round_id, address in addresses.items()
        if address and joins.get(round_id)
    }
    rounds = [round_.id for round_ in rubric.rounds]
    return worksheets.plan_links(book.tables[design.PANEL].rows, rounds, parts, book.zone)
