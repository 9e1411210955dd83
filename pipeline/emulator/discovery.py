"""Google's discovery documents, served with this workspace's address in place of Google's."""

from __future__ import annotations

from typing import Any

from . import schema
from .wire import Answer, Request, answer_json

VERSIONS = {tuple(name.split(".")) for name in schema.DOCUMENTS.values()}


def answer(request: Request) -> Answer | None:
    """The document that the path asks for; None when it is another path."""
    parts = request.path.strip("/").split("/")
    if parts == ["$discovery", "rest"] or parts == ["%24discovery", "rest"]:
        # At Google the host says which API; here the version does, since each has another.
        version = request.arg("version")
        api = next((name for name, known in VERSIONS if known == version), "")
    elif len(parts) == 6 and parts[:3] == ["discovery", "v1", "apis"] and parts[5] == "rest":
        api = parts[3] if (parts[3], parts[4]) in VERSIONS else ""
    else:
        return None
    if not api:
        return answer_json({"error": {"code": 404, "message": "Not Found", "status": "NOT_FOUND"}}, 404)
    return answer_json(rewritten(api, request.base_url))


def rewritten(api: str, base_url: str) -> dict[str, Any]:
    document = dict(schema.document(api))
    document["rootUrl"] = document["mtlsRootUrl"] = f"{base_url}/"
    document["baseUrl"] = f"{base_url}/{document['servicePath']}"
    return document
