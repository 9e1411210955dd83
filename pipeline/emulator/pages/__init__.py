"""What people see of the local workspace: the list of files, the form to fill in, the spreadsheet to work in.

Owns templates, style sheets, scripts and their routes. Asks the rooms of forms, sheets and drive for everything,
inside a transaction of the store, and writes only through the methods that programs call. `blueprint` is its one door.

Pages load nothing from elsewhere, run no inline script, and show what people typed as text. The form page needs only
its link; all others need the owner (see `access`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from ..store import note_bug
from . import access, form_routes, home_routes, sheet_routes

if TYPE_CHECKING:
    from ..store import Store


class Workspace(Protocol):
    """What the pages need of the running workspace."""

    @property
    def store(self) -> Store: ...
    @property
    def token(self) -> str: ...
    @property
    def directory(self) -> Path: ...


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
    pages.app_errorhandler(Exception)(lambda fault: _fault(workspace.directory, fault))
    pages.after_app_request(access.safe_headers)
    pages.app_context_processor(_words)
    return pages


def _fault(directory: Path, fault: Exception) -> access.Answer:
    """What goes wrong, in words; a bug's traceback goes to the owner's log file, never to whoever asked."""
    if isinstance(fault, HTTPException):
        status, heading, line = fault.code or 500, fault.name, fault.description or ""
        if status == 404:
            heading, line = (
                "There is no such page",
                "The address may be cut short. The list of files leads to all there are.",
            )
    else:
        status, heading = 500, "Something went wrong here"
        line = "That is a fault of the workspace. What happened stands in its file workspace.log."
        note_bug(directory, f"{request.method} {quote(request.path)}", fault)
    page = render_template("message.html", heading=heading, lines=[line], links=[("All files", "/")])
    return make_response(page, status)


def _words() -> dict[str, Any]:
    return {"asset": lambda name: url_for("pages.static", filename=name)}
