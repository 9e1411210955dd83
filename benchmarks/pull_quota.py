"""20,000 scorecards of 500 candidates in four rounds, pulled and ranked under Google's real quotas; counts a call.

python benchmarks/pull_quota.py [responses a round]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import requests
from pull_curve import calls, command, forget_log, load, served

BANK = "id,competency,question,anchor_1,anchor_3,anchor_5,rounds\n" + "".join(
    f"q{number},c{number % 4},Question {number}?,low,middle,high,r{number % 4}\n" for number in range(12)
)
ROLE = 'title = "Quota"\n' + "".join(
    f'[[competency]]\nid = "c{number}"\n[[round]]\nid = "r{number}"\ncompetencies = ["c{number}"]\n'
    for number in range(4)
)


def main() -> None:
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory)
        (project / "config").mkdir()
        (project / "question_bank.csv").write_text(BANK, encoding="utf-8")
        (project / "config" / "quota.toml").write_text(ROLE, encoding="utf-8")
        with served(project) as (url, token, _):
            for form in json.loads(command(project, "create-form", "--json").stdout)["forms"]:
                load(project, url, token, form["form_id"], each, interviewers=10)
            headers = {"Authorization": f"Bearer {token}"}
            requests.post(f"{url}/_emulator/quota", json={"on": True}, headers=headers, timeout=30).raise_for_status()
            for words in (["pull-responses"], ["write-rankings"], ["run"]):
                forget_log(url, token)
                started = time.monotonic()
                ended = command(project, *words)
                took = time.monotonic() - started
                print(f"{words[0]}: exit {ended.returncode} after {took:.1f} s; {dict(calls(url, token))}")
                print("  " + ended.stderr.strip().splitlines()[0][:150])


if __name__ == "__main__":
    main()
