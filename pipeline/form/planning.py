"""From the form as it is to the form as designed: every difference classified, one batch of requests.

Three versions meet here: the form now, the design, and what we last applied (fingerprints). What differs from the last
applied was edited by hand: it is kept, or undone when asked, never silently overwritten. Without a last-applied every
difference is taken for ours. Items that are not ours are never touched. Decides only; sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pipeline.form import facets, ordering, words
from pipeline.form.changes import Change, FormPlan
from pipeline.form.comparison import Comparison, form_fingerprints, info_requests, settings_requests
from pipeline.form.designing import FormDesign
from pipeline.form.fields import Field, Json

Drift = Literal["keep", "undo"]


def plan(
    current: Json,
    design: FormDesign,
    *,
    join: Sequence[Field] | None = None,
    applied: Mapping[str, str] | None = None,
    answers: Mapping[str, int] | None = None,
    scorecards: Mapping[str, int] | None = None,
    drift: Drift = "keep",
    allow_destructive: bool = False,
) -> FormPlan:
    """What turns the form into the design, leaving hand-made edits and other people's items alone.

    Args:
        current: the answer of forms.get; freshly created forms have no items.
        join: the join in force; None for a form that has none on record (its ids are then expected to be ours).
        applied: `FormPlan.applied` of the plan that was last carried out, in its order; None when not known.
        answers: how many responses answer each question id.
        scorecards: how many scorecards there are of each candidate.
        drift: what becomes of hand-made edits.
        allow_destructive: whether changes that destroy answers are carried out; if not, they are held.
    """
    if not current.get("items"):  # new, or emptied: either way there is nothing in it to keep
        return _first_filling(current, design)
    return Comparison(
        current, design, join, applied, answers or {}, scorecards or {}, drift == "undo", allow_destructive
    ).plan()


def plan_candidates(
    current: Json,
    design: FormDesign,
    *,
    join: Sequence[Field],
    applied: Mapping[str, str] | None,
    answers: Mapping[str, int] | None = None,
    scorecards: Mapping[str, int] | None = None,
) -> FormPlan:
    """`plan` for the candidate question alone, for a panel that changed between two runs of `create-form`.

    Destroys nothing: a candidate with scorecards stays in the drop-down.
    """
    return Comparison(
        current, design, join, applied, answers or {}, scorecards or {}, undo=False, allow_destructive=False
    ).plan_candidates()


def _first_filling(current: Json, design: FormDesign) -> FormPlan:
    names = [field.key for field in design.join]
    new = dict(zip(names, design.items, strict=True))
    requests = [*info_requests(current, design), *settings_requests(design)]
    return FormPlan(
        changes=(Change("form-filled", "safe", words.first_filling(design.join)),),
        requests=(*requests, *ordering.placements([], names, new)),
        join=design.join,
        applied=form_fingerprints(design) | {key: facets.fingerprint(facets.of_item(new[key])) for key in names},
        revision_id=current.get("revisionId", ""),
        inputs=design.fingerprint,
        form=facets.of_whole(current),
    )
