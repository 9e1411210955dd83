"""The .html file: one printable page that needs nothing else, no script, no network, no font.

Every value goes through the template's escaping; a content security policy forbids whatever is not in the file.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from pipeline.export.html_view import View
from pipeline.export.report import Report
from pipeline.export.safe_text import clean
from pipeline.ranking import words


def html(report: Report) -> bytes:
    """The file's bytes; the same report gives the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def fit(value: Any) -> Any:
        return clean(value) if type(value) is str else "" if value is None else value

    pages = Environment(
        loader=PackageLoader("pipeline.export", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=fit,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters |= {
        "plain": words.half_up,
        "signed": words.signed,
        "share": words.share,
        "said": words.count,
        "minute": words.minute,
    }
    style = pages.loader.get_source(pages, "report.css")[0] if pages.loader else ""
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = pages.get_template("report.html").render(
        view=View(report),
        report=report,
        style=Markup(style),  # noqa: S704  our own file
        policy=f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'",
    )
    return page.encode()
