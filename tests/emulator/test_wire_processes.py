"""Many at once: submissions in parallel, several processes on one database, and death at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from pipeline import emulator

from .conftest import Http, service

NOTES = {"title": "Notes", "questionItem": {"question": {"questionId": "0000000b", "textQuestion": {}}}}

SERVE = """
import sys, time
from pathlib import Path
from pipeline import emulator
workspace = emulator.start(Path(sys.argv[1]))
print(workspace.url, flush=True)
time.sleep(60)
"""


Served = tuple[subprocess.Popen[str], str]


def serve(directory: Path, count: int = 1) -> list[Served]:
    """So many other processes on the same database, started together, and their addresses."""
    command = [sys.executable, "-c", SERVE, str(directory)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return [(process, process.stdout.readline().strip()) for process in processes if process.stdout]


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def submit(url: str, token: str, form_id: str, text: str) -> int:
    body = {"formId": form_id, "responses": [{"answers": {"0000000b": [text]}}]}
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{url}/_emulator/responses", json=body, headers=headers, timeout=60).status_code


def texts(forms, form_id: str) -> list[str]:
    told, request = [], forms.responses().list(formId=form_id, pageSize=20)
    while request is not None:
        page = request.execute()
        told += [one["answers"]["0000000b"]["textAnswers"]["answers"][0]["value"] for one in page["responses"]]
        request = forms.responses().list_next(request, page)
    return sorted(told)


@pytest.fixture
def open_form(form):
    form.add(NOTES)
    form.publish()
    return form


def test_fifty_submissions_at_once_are_all_there_once(workspace, forms, open_form):
    """While somebody reads, and somebody edits the form."""
    stop = threading.Event()

    def meanwhile() -> None:
        with service(workspace, "forms") as other:
            while not stop.is_set():
                other.forms().responses().list(formId=open_form.id).execute()
                info = {"updateFormInfo": {"info": {"description": "d"}, "updateMask": "description"}}
                other.forms().batchUpdate(formId=open_form.id, body={"requests": [info]}).execute()

    reader = threading.Thread(target=meanwhile)
    reader.start()
    with ThreadPoolExecutor(50) as pool:
        wanted = [f"{n:03}" for n in range(50)]
        sent = list(pool.map(lambda n: submit(workspace.url, workspace.token, open_form.id, n), wanted))
    stop.set()
    reader.join()
    assert sent == [200] * 50
    assert texts(forms, open_form.id) == wanted


def test_three_processes_share_one_database(workspace, forms, open_form, control):
    """Each sees what the others wrote, their clock and their tokens."""
    others = serve(workspace.directory, 2)
    try:
        urls = [workspace.url, *(url for _, url in others)]
        with ThreadPoolExecutor(12) as pool:
            jobs = [(urls[n % 3], f"{n:03}") for n in range(60)]
            sent = list(pool.map(lambda job: submit(job[0], workspace.token, open_form.id, job[1]), jobs))
        assert sent == [200] * 60
        assert texts(forms, open_form.id) == [f"{n:03}" for n in range(60)]
        control("clock", now="2030-01-01T00:00:00Z", stopped=True)
        with Http(urls[1], workspace.token) as there:
            form_id = there.post("/v1/forms", json={"info": {"title": "From there"}}).json()["formId"]
            created = there.get(f"/drive/v3/files/{form_id}", params={"fields": "createdTime"}).json()
        assert forms.get(formId=form_id).execute()["info"]["title"] == "From there"
        assert created == {"createdTime": "2030-01-01T00:00:00.000Z"}
    finally:
        for process, _ in others:
            kill(process)


def test_what_was_answered_with_200_survives_kill_9(tmp_path):
    """And the database opens again as if nothing had been."""
    answered: set[str] = set()
    form_id = ""
    for life in range(4):
        ((process, url),) = serve(tmp_path)
        token = (tmp_path / "workspace.token").read_text().strip()
        if not form_id:
            with Http(url, token) as http:
                form_id = http.post("/v1/forms", json={"info": {"title": "T"}}).json()["formId"]
                create = {"createItem": {"item": NOTES, "location": {"index": 0}}}
                http.post(f"/v1/forms/{form_id}:batchUpdate", json={"requests": [create]})
                http.post("/_emulator/legacy", json={"formId": form_id})
        killer = threading.Timer(0.15 + 0.1 * life, kill, [process])
        killer.start()
        try:
            for n in range(10_000):
                text = f"{life}-{n}"
                if submit(url, token, form_id, text) == 200:
                    answered.add(text)
        except requests.RequestException:
            pass
        killer.join()
    with emulator.start(tmp_path) as workspace, service(workspace, "forms") as client:
        kept = texts(client.forms(), form_id)
    assert len(kept) == len(set(kept))
    assert answered <= set(kept)
    assert len(set(kept) - answered) <= 4  # one a life may have been written and not answered


def test_two_processes_may_meet_on_an_empty_directory(tmp_path):
    """Neither fails, and both take the same token."""
    started = serve(tmp_path / "new", 3)
    token = (tmp_path / "new" / "workspace.token").read_text().strip()
    try:
        for _, url in started:
            with Http(url, token) as http:
                assert http.get("/drive/v3/files").status_code == 200
    finally:
        for process, _ in started:
            kill(process)


def test_the_database_and_the_token_are_the_owners_alone(workspace):
    """Answers about candidates are in there."""
    for name in ("workspace.db", "workspace.token"):
        assert (workspace.directory / name).stat().st_mode & 0o077 == 0


def test_closing_is_quick_and_frees_the_port(tmp_path):
    """With a client still connected."""
    workspace = emulator.start(tmp_path)
    with Http(workspace.url, workspace.token) as http:
        assert http.get("/drive/v3/files").status_code == 200
        workspace.close()
        with pytest.raises(requests.ConnectionError):
            http.get("/drive/v3/files")
    with emulator.start(tmp_path, port=workspace.port) as again:
        assert again.port == workspace.port


def test_a_port_in_use_is_an_os_error(workspace, tmp_path):
    """For the command line to put into words."""
    with pytest.raises(OSError, match="in use"):
        emulator.start(tmp_path, port=workspace.port)
