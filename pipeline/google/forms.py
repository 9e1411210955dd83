"""Google's Forms API: one function a REST method, its names, dict in, dict out. Decides nothing about forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pipeline.google.replies import Call, Json, Repeat
from pipeline.google.session import Session

MAX_PAGE = 5000


def create(
    session: Session, body: Json, *, unpublished: bool = True, settled: Callable[[], Json | None] | None = None
) -> Json:
    """forms.create: a new form with `info.title` and `info.documentTitle`, and nothing else: Google refuses more.

    Twice makes two forms, so without `settled` a lost answer raises OutcomeUnknown.
    """
    call = Call("forms.forms.create", Repeat.ONCE, settled)
    return session.execute(call, _forms(session).create(body=body, unpublished=unpublished))


def get(session: Session, form_id: str) -> Json:
    """forms.get."""
    return session.execute(Call("forms.forms.get"), _forms(session).get(formId=form_id))


def batch_update(session: Session, form_id: str, body: Json) -> Json:
    """forms.batchUpdate: all of the requests or none. Raises Moved when `writeControl.requiredRevisionId` is stale.

    A repeat after a lost answer would be refused for its revision or ids and look like somebody else's change; so a
    lost answer raises OutcomeUnknown: read the form, and plan again.
    """
    call = Call("forms.forms.batchUpdate", Repeat.ONCE)
    return session.execute(call, _forms(session).batchUpdate(formId=form_id, body=body))


def set_publish_settings(session: Session, form_id: str, body: Json) -> Json:
    """forms.setPublishSettings; needs both `isPublished` and `isAcceptingResponses`, and `updateMask: publishState`."""
    call = Call("forms.forms.setPublishSettings")
    return session.execute(call, _forms(session).setPublishSettings(formId=form_id, body=body))


def responses_list(
    session: Session,
    form_id: str,
    *,
    filter: str | None = None,  # noqa: A002 - Google's name for it
    page_size: int = MAX_PAGE,
) -> Iterator[list[Json]]:
    """forms.responses.list: page after page of responses, in no order; a page may be short or empty.

    Args:
        filter: `timestamp >= 2026-01-31T09:00:00Z`, UTC with a `Z`; the same one goes with every page.
    """
    given: dict[str, Any] = {"formId": form_id, "pageSize": page_size}
    if filter is not None:
        given["filter"] = filter
    while True:
        page = session.execute(Call("forms.forms.responses.list"), _forms(session).responses().list(**given))
        yield page.get("responses", [])
        if not page.get("nextPageToken"):
            return
        given["pageToken"] = page["nextPageToken"]


def _forms(session: Session) -> Any:
    return session.service("forms", "v1").forms()
