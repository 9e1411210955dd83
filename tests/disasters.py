"""A workspace and a project as they were at one moment, to go back to; and all that they hold as one value."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.conftest import Google

Json = dict[str, Any]

FILES = "files(id,name,mimeType,trashed,appProperties,permissions(type,role,view,emailAddress,domain))"
SPREADSHEET = (
    "properties(title,locale,timeZone),namedRanges,developerMetadata,sheets(properties,merges,conditionalFormats,"
    "bandedRanges,protectedRanges,charts,basicFilter,developerMetadata,"
    "data(columnMetadata,rowMetadata,rowData(values(userEnteredValue,note,userEnteredFormat,dataValidation))))"
)
FORMATS = ",userEnteredFormat,dataValidation"
OF_THE_MOMENT = {"revisionId", "formId", "responderUri", "linkedSheetId", "spreadsheetUrl"}


@dataclass(frozen=True)
class Scene:
    """Everything that a command finds: the workspace's database and the project's directory, kept aside."""

    kept: Path

    @classmethod
    def keep(cls, kept: Path, database: Path, project: Path) -> Scene:
        _copy(database, kept / "workspace.db")
        shutil.copytree(project, kept / "project")
        return cls(kept)

    def restore(self, database: Path, project: Path) -> None:
        _copy(self.kept / "workspace.db", database)
        for old in project.iterdir():  # the directory itself may be somebody's working directory
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(self.kept / "project", project, dirs_exist_ok=True)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target, timeout=30)) as new:
        old.backup(new)


def whole(google: Google, *, formats: bool = True) -> Json:
    """Every file with its sharing, every item of every form, every cell, format and mark of every spreadsheet.

    Ids and moments that no two runs share are replaced by what they stand for. Cells' formats are slow to read.
    """
    given = {"fields": FILES, "includePermissionsForView": "published", "pageSize": "100"}
    files = google.call("GET", "/drive/v3/files", None, **given)["files"]
    files.sort(key=lambda file: (file["mimeType"], file["name"]))
    found: Json = {}
    for number, file in enumerate(files):
        file["permissions"] = sorted(file["permissions"], key=lambda one: json.dumps(one, sort_keys=True))
        kind = file["mimeType"].rpartition(".")[2]
        found[f"{kind} {file['name']} {number}"] = {"file": file, **_content(google, kind, file["id"], formats)}
    text = re.sub(r'"metadataId": \d+', '"metadataId": 0', json.dumps(found, sort_keys=True))
    for file in files:
        text = text.replace(file["id"], f"<id of {file['name']}>")
    text = re.sub(r'(\{"stringValue": "Seal"\}\}.{,200}?"stringValue": ")[0-9a-f]{16}"', r'\1<seal>"', text)  # over ids
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)", "<a time>", text)
    return dict(json.loads(re.sub(r"http://127\.0\.0\.1:\d+", "<workspace>", text)))


def _content(google: Google, kind: str, file_id: str, formats: bool) -> Json:
    if kind == "form":
        form = google.form(file_id)
        return {"form": {key: value for key, value in form.items() if key not in OF_THE_MOMENT}}
    path = f"/v4/spreadsheets/{file_id}"
    fields = SPREADSHEET if formats else SPREADSHEET.replace(FORMATS, "")
    sheet = google.call("GET", path, None, fields=fields, includeGridData="true")
    return {name: _by_title(value) if name == "sheets" else value for name, value in sheet.items()}


def _by_title(sheets: list[Json]) -> Json:
    return {sheet["properties"]["title"]: sheet for sheet in sheets}


def differences(found: Any, wanted: Any, where: str = "") -> list[str]:
    """The places at which two such values differ, for a message that a person can read."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        told = [f"{where}/{key}: only after the disturbance" for key in found.keys() - wanted.keys()]
        told += [f"{where}/{key}: missing" for key in wanted.keys() - found.keys()]
        for key in found.keys() & wanted.keys():
            told += differences(found[key], wanted[key], f"{where}/{key}")
        return told
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [
            line
            for i, pair in enumerate(zip(found, wanted, strict=True))
            for line in differences(*pair, f"{where}[{i}]")
        ]
    return [] if found == wanted else [f"{where}: {str(found)[:200]} instead of {str(wanted)[:200]}"]


def start(words: Sequence[str], project: Path, url: str, token: str) -> BaseProcess:
    """`pipeline WORDS` in a process of its own, quick to start: forked from one that has imported everything."""
    maker = multiprocessing.get_context("forkserver")
    maker.set_forkserver_preload(["__main__", "tests.disasters", *IMPORTED])
    process = maker.Process(target=_command, args=(tuple(words), str(project), url, token), daemon=True)
    process.start()
    return process


IMPORTED = (
    "pipeline.cli",
    "pipeline.errands.run",
    "pipeline.errands.create_form",
    "googleapiclient.discovery",
    "gspread",
)


def _command(words: Sequence[str], project: str, url: str, token: str) -> None:
    os.environ |= {"PIPELINE_WORKSPACE_URL": url, "PIPELINE_WORKSPACE_TOKEN": token}
    os.chdir(project)
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    from pipeline.cli import main

    sys.argv = ["pipeline", *words]
    main()
