"""What people see of the local workspace: the list of files, the form to fill in, the spreadsheet to work in.

Owns templates, style sheets, scripts and their routes. Asks the rooms of forms, sheets and drive for everything,
inside a transaction of the store, and writes only through the methods that programs call. `blueprint` is its one door.

Pages load nothing from elsewhere, run no inline script, and show what people typed as text. The form page needs only
its link; all others need the owner (see `access`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from flask import Blueprint, url_for

from . import access, form_routes, home_routes, sheet_routes

if TYPE_CHECKING:
    from ..store import Store


class Workspace(Protocol):
    """What the pages need of the running workspace."""

    @property
    def store(self) -> Store: ...
    @property
    def token(self) -> str: ...


def blueprint(workspace: Workspace) -> Blueprint:
    """The routes of all pages, ready to be registered on the workspace's Flask application."""
    pages = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    owner = access.Access(workspace.token)
    home_routes.add(pages, workspace.store, owner)
    form_routes.add(pages, workspace.store, owner)
    sheet_routes.add(pages, workspace.store, owner)
    pages.record(lambda state: state.app.jinja_options.update(trim_blocks=True, lstrip_blocks=True))
    pages.after_request(access.safe_headers)
    pages.context_processor(_words)
    return pages


def _words() -> dict[str, Any]:
    return {"asset": lambda name: url_for("pages.static", filename=name)}
