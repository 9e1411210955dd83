"""`pipeline check`: question bank and roles side by side, and the shipped ones."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline import config, question_bank
from pipeline.question_bank.texts import DESCRIPTION_LIMIT

SHIPPED = Path(__file__).parent.parent
ROLE = """\
title = "Backend developer"

[[competency]]
id = "databases"
must_have = true

[[competency]]
id = "teamwork"

[[round]]
id = "technical"
competencies = ["databases"]

[[round]]
id = "team"
competencies = ["teamwork"]
"""
BANK = """\
id,competency,question,look_for,anchor_1,anchor_2,anchor_3,anchor_4,anchor_5,minutes,roles,rounds
slow,databases,How do you find a slow query?,Plans,a,b,c,d,e,9,,
quarrel,teamwork,Tell me about a quarrel.,Fairness,a,b,c,d,e,9,,team
"""


def project(folder: Path, *, bank: str = BANK, settings: str | None = None, **roles: str) -> Path:
    """A project directory with the given files."""
    (folder / "config").mkdir()
    (folder / "question_bank.csv").write_text(bank, encoding="utf-8")
    for name, text in (roles or {"backend": ROLE}).items():
        (folder / "config" / f"{name}.toml").write_text(dedent(text), encoding="utf-8")
    if settings is not None:
        (folder / "config" / "pipeline.toml").write_text(settings, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in config.read_all(folder).faults]


def hints(folder: Path) -> list[str]:
    found = config.read_all(folder)
    assert [str(fault) for fault in found.faults] == []
    return [str(hint) for hint in found.hints]


def check(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIPELINE_")}
    command = [sys.executable, "-m", "pipeline", "check", "--project", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


# As the user runs it


def test_a_sound_project_exits_0(tmp_path: Path) -> None:
    """And stdout stays free for data."""
    done = check(project(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 questions" in done.stderr


def test_faults_of_all_files_are_told_together_with_exit_3(tmp_path: Path) -> None:
    """Bank, role and settings in one go, sorted by place, each with what to do."""
    done = check(
        project(
            tmp_path,
            bank=BANK.replace("slow,databases", "slow,database").replace(",c,d,e,9,,team", ",,d,e,9,,team"),
            backend=ROLE.replace("must_have = true", "threshold = 9"),
            settings='workspace = "gogle"\n',
        )
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        'config/backend.toml:3:competency: "databases" has no question in question_bank.csv; did you mean "database"?',
        "config/backend.toml:5:competency.threshold: 9 is out of bounds; write a number from 1 to 5",
        (
            "config/backend.toml:5:competency.threshold: has no effect without must_have; "
            "add must_have = true, or delete the threshold"
        ),
        (
            'config/backend.toml:10:round: the round "technical" asks no question; '
            "name it in the rounds column of question_bank.csv, or delete the round"
        ),
        'config/pipeline.toml:1:workspace: "gogle" is not a choice here; did you mean "google"?',
        'question_bank.csv:2:competency: there is no competency "database"; did you mean "databases"?',
        (
            "question_bank.csv:3:anchor_3: is empty, so nobody can tell what earns a 3; "
            "describe the answer that earns this level"
        ),
        "7 faults; nothing was sent.",
    ]


def test_json_lists_the_faults_as_data(tmp_path: Path) -> None:
    """For editors and checks in CI."""
    done = check(project(tmp_path, bank=BANK.replace("slow,", "Slow,")), "--json")
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["file"], fault["row"], fault["column"]) == ("question_bank.csv", 2, "id")
    assert done.returncode == 3


# Question bank and roles side by side


def test_anchors_are_needed_at_both_ends_and_in_the_middle_of_the_roles_scale(tmp_path: Path) -> None:
    """Which levels those are is the role's to say."""
    four = ROLE + '[scale]\nhigh = 4\nnames = ["A", "B", "C", "D"]\n'
    assert faults(project(tmp_path, bank=BANK.replace("a,b,c,d,e", "a,,c,,"), backend=four)) == [
        (
            "question_bank.csv:2:anchor_2: is empty, so nobody can tell what earns a 2; "
            "describe the answer that earns this level"
        ),
        (
            "question_bank.csv:2:anchor_4: is empty, so nobody can tell what earns a 4; "
            "describe the answer that earns this level"
        ),
        (
            "question_bank.csv:3:anchor_2: is empty, so nobody can tell what earns a 2; "
            "describe the answer that earns this level"
        ),
        (
            "question_bank.csv:3:anchor_4: is empty, so nobody can tell what earns a 4; "
            "describe the answer that earns this level"
        ),
    ]


def test_a_missing_anchor_column_is_told_once(tmp_path: Path) -> None:
    """Not once for each question."""
    bank = BANK.replace("anchor_4,anchor_5", "anchor_4").replace("d,e", "d")
    assert faults(project(tmp_path, bank=bank)) == [
        (
            "question_bank.csv:1:anchor_5: the column is missing, and level 5 of the scale needs a description; "
            'add a column named "anchor_5" to the header'
        )
    ]


def test_an_anchor_for_a_level_that_no_scale_has_is_told(tmp_path: Path) -> None:
    """It would be shown to nobody."""
    assert faults(project(tmp_path, backend=ROLE + "[scale]\nhigh = 4\n"))[0] == (
        "question_bank.csv:2:anchor_5: describes level 5, which no role's scale has; "
        "empty the cell, or change [scale] in the role"
    )


def test_a_wrong_anchor_is_not_told_again_as_empty(tmp_path: Path) -> None:
    """One mistake, one message."""
    (fault,) = faults(project(tmp_path, bank=BANK.replace("a,b,c,d,e,9,,\n", '"a\nz",b,c,d,e,9,,\n')))
    assert fault.startswith("question_bank.csv:2:anchor_1: holds a line break")


def test_an_option_is_measured_with_its_level_and_name(tmp_path: Path) -> None:
    """As it will stand in the form."""
    (fault,) = faults(project(tmp_path, bank=BANK.replace(",e,9,,team", f",{'e' * 999},9,,team")))
    assert fault.startswith("question_bank.csv:3:anchor_5: makes an option of 1,016 characters; the limit is 1,000")


def test_a_question_that_no_round_asks_is_told(tmp_path: Path) -> None:
    """With the rounds that could, or the way to make one."""
    bank = BANK.replace(",9,,team", ",9,,technical")
    assert (
        'question_bank.csv:3:rounds: no round asks this question: technical does not cover "teamwork"; '
        "name a round that does: team"
    ) in faults(project(tmp_path, bank=bank))


def test_a_competency_that_no_round_covers_is_told_at_its_questions(tmp_path: Path) -> None:
    """They would silently be left out of every interview."""
    backend = ROLE.replace('competencies = ["teamwork"]', 'competencies = ["databases"]')
    assert (
        'question_bank.csv:3:competency: no round of config/backend.toml covers "teamwork", '
        "so nobody asks this question; add the competency to a [[round]]"
    ) in faults(project(tmp_path, backend=backend))


def test_unknown_rounds_and_roles_get_a_suggestion(tmp_path: Path) -> None:
    """As every name does."""
    bank = BANK.replace("9,,\n", "9,backed,\n").replace("9,,team", "9,,teem")
    assert [fault for fault in faults(project(tmp_path, bank=bank)) if "did you mean" in fault] == [
        'question_bank.csv:2:roles: there is no role "backed"; did you mean "backend"?',
        'question_bank.csv:3:rounds: there is no round "teem"; did you mean "team"?',
    ]


def test_roles_share_a_bank_and_take_their_own_questions(tmp_path: Path) -> None:
    """A question for all roles belongs to those that rate its competency."""
    bank = BANK.replace("9,,team", "9,lead,")
    lead = 'title = "Lead"\n[[competency]]\nid = "teamwork"\n'
    backend = 'title = "Backend"\n[[competency]]\nid = "databases"\n'
    found = config.read_all(project(tmp_path, bank=bank, backend=backend, lead=lead))
    assert found.faults == ()
    taken = {role.id: [q.id for q in config.rubric(role, found.bank).questions] for role in found.roles}
    assert taken == {"backend": ["slow"], "lead": ["quarrel"]}


def test_a_role_without_rounds_asks_everything_in_one_interview(tmp_path: Path) -> None:
    """Whatever rounds the bank names for other roles."""
    found = config.read_all(project(tmp_path, backend=ROLE[: ROLE.index("[[round]]")]))
    (role,) = found.roles
    rubric = config.rubric(role, found.bank)
    assert found.faults == ()
    assert [question.id for question in rubric.questions_in(rubric.rounds[0])] == ["slow", "quarrel"]


def test_a_role_that_cannot_be_read_casts_no_suspicion_on_the_bank(tmp_path: Path) -> None:
    """What seems unknown may stand in it."""
    (fault,) = faults(project(tmp_path, backend="title = Backend\n"))
    assert fault.startswith("config/backend.toml:1:9: this is not TOML")


def test_a_missing_column_casts_no_suspicion_on_the_role(tmp_path: Path) -> None:
    """Its competencies have questions, only nobody can tell which."""
    (fault,) = faults(
        project(tmp_path, bank=BANK.replace("competency,", "").replace("databases,", "").replace("teamwork,", ""))
    )
    assert fault.startswith("question_bank.csv:1:competency: the column is missing")


def test_a_role_without_competencies_casts_no_suspicion_on_the_bank(tmp_path: Path) -> None:
    """One message, not one a question."""
    (fault,) = faults(project(tmp_path, backend='title = "Backend developer"\n'))
    assert fault.startswith("config/backend.toml:1:competency: the role has no competency")


def test_a_directory_without_role_says_how_to_begin(tmp_path: Path) -> None:
    """The settings alone are no role."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.toml").write_text("")
    (tmp_path / "question_bank.csv").write_text(BANK)
    assert faults(tmp_path) == [
        "config: there is no role here; write config/backend-developer.toml, or run `pipeline init` to get one"
    ]


# Lint


def test_a_sound_project_has_no_hints(tmp_path: Path) -> None:
    """Equal weights need no reason."""
    assert hints(project(tmp_path)) == []


def test_weak_spots_are_hinted_at_and_stop_nothing(tmp_path: Path) -> None:
    """Weights without a why, missing anchors, too many minutes, no must-have, no signals."""
    assert hints(
        project(
            tmp_path,
            bank=BANK.replace("Plans,a,b,", ",a,,").replace("9,,team", ",,team"),
            backend=ROLE.replace("must_have = true", "weight = 2").replace(
                'competencies = ["databases"]', 'competencies = ["databases"]\nminutes = 5'
            ),
        )
    ) == [
        (
            'config/backend.toml:3:competency: "databases" has the weight 2 without a why; '
            "write down the reason, or make all weights equal"
        ),
        (
            "config/backend.toml:3:competency: no competency is a must-have, "
            "so a strength can make up for any weakness; if one is indispensable, add must_have = true"
        ),
        (
            'config/backend.toml:7:competency: "teamwork" has the weight 1 without a why; '
            "write down the reason, or make all weights equal"
        ),
        (
            'config/backend.toml:10:round: the questions of "technical" take 9 minutes, the round has 5; '
            "drop or move a question, or plan more minutes"
        ),
        (
            "question_bank.csv:2:anchor_2: is empty, so interviewers must guess what earns a 2; "
            "describe it if it can be told apart"
        ),
        "question_bank.csv:2:look_for: is empty; name the signals of a good answer, one a line",
        "question_bank.csv:3:minutes: is empty or 0; plan the minutes, so that the round's can be checked",
    ]


def test_anyone_under_any_name_is_hinted_at(tmp_path: Path) -> None:
    """Open to the world, and nobody knows who answered."""
    backend = ROLE + '[form]\nemail_collection = "none"\n[sharing]\nresponders = ["anyone"]\n'
    assert hints(project(tmp_path, backend=backend)) == [
        (
            "config/backend.toml:20:sharing.responders: anyone may answer, and under any name; "
            'set email_collection = "verified", or name the responders'
        )
    ]


def test_what_signing_in_will_need_is_hinted_at(tmp_path: Path) -> None:
    """A flag or the environment may still give it."""
    assert hints(project(tmp_path, settings='workspace = "google"\n')) == [
        (
            'config/pipeline.toml:google.client_file: is not set, and credentials = "user" needs it; '
            "name the file here; `pipeline doctor` tells how to get one"
        )
    ]


def test_garbled_characters_are_hinted_at(tmp_path: Path) -> None:
    """A file that was once saved wrongly stays wrong in UTF-8."""
    (hint,) = hints(project(tmp_path, bank=BANK.replace("Plans", "Doesnâ€™t guess")))
    assert hint == "question_bank.csv:2: holds garbled characters; correct them, and save as UTF-8"


# What is shipped


@pytest.fixture(scope="module")
def shipped() -> config.ProjectFiles:
    return config.read_all(SHIPPED)


def test_the_shipped_project_has_neither_faults_nor_hints(shipped: config.ProjectFiles) -> None:
    """It is the example that people start from."""
    assert shipped.faults == ()
    assert shipped.hints == ()


def test_every_shipped_question_is_complete(shipped: config.ProjectFiles) -> None:
    """Why, signals, sample answer, follow-ups, red flags, and five anchors that can be told apart."""
    for question in shipped.bank.questions:
        assert question.why, question.id
        assert len(question.look_for) >= 4, question.id
        assert len(question.sample_answer.split()) >= 80, question.id
        assert len(question.follow_ups) >= 2, question.id
        assert len(question.red_flags) >= 2, question.id
        assert sorted(question.anchors) == [1, 2, 3, 4, 5], question.id
        assert len(question.sample_answer) < DESCRIPTION_LIMIT / 2, question.id


def test_every_shipped_round_leaves_time_for_opening_and_closing(shipped: config.ProjectFiles) -> None:
    """At least five minutes of an hour at most."""
    (role,) = shipped.roles
    rubric = config.rubric(role, shipped.bank)
    assert {question.id for round_ in rubric.rounds for question in rubric.questions_in(round_)} == set(
        shipped.bank.rows
    )
    for round_ in rubric.rounds:
        assert round_.minutes <= 60
        assert sum(question.minutes for question in rubric.questions_in(round_)) <= round_.minutes - 5


def test_every_shipped_weight_has_its_reason_and_security_is_a_must(shipped: config.ProjectFiles) -> None:
    """Whoever departs from equal weights writes down why."""
    (role,) = shipped.roles
    assert all(competency.why for competency in role.competencies)
    assert [c.threshold for c in role.competencies if c.id == "security"] == [Fraction(3)]


def test_the_shipped_bank_comes_back_unchanged_from_a_spreadsheet_program(
    shipped: config.ProjectFiles, tmp_path: Path
) -> None:
    """Semicolons, BOM, Windows line ends, everything quoted: still the same questions."""
    with (SHIPPED / "question_bank.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "question_bank.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    again = question_bank.read(tmp_path / "question_bank.csv")
    assert (again.questions, again.faults) == (shipped.bank.questions, ())
