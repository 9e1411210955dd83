"""The configuration: what a role and the settings say, what holds by default, and what each mistake is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import config
from pipeline.config import Grantee, Role, Settings
from pipeline.scorecard import Round, Scale

MINIMAL = """\
title = "Backend developer"
[[competency]]
id = "databases"
"""


def role(folder: Path, text: str, name: str = "backend.toml") -> Role:
    """A role that must be without fault."""
    (folder / name).write_text(dedent(text), encoding="utf-8")
    found, faults = config.read_role(folder / name, shown=name)
    assert [str(fault) for fault in faults] == []
    assert found is not None
    return found


def role_faults(folder: Path, text: str | bytes, name: str = "backend.toml") -> list[str]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return [str(fault) for fault in config.read_role(folder / name, shown=name)[1]]


def read_settings(folder: Path, text: str) -> Settings:
    (folder / "pipeline.toml").write_text(dedent(text), encoding="utf-8")
    found, faults = config.read_settings(folder / "pipeline.toml", shown="pipeline.toml")
    assert [str(fault) for fault in faults] == []
    return found


def settings_faults(folder: Path, text: str) -> list[str]:
    (folder / "pipeline.toml").write_text(dedent(text), encoding="utf-8")
    return [str(fault) for fault in config.read_settings(folder / "pipeline.toml", shown="pipeline.toml")[1]]


# A role


def test_a_title_and_one_competency_are_a_role(tmp_path: Path) -> None:
    """Everything else has a default: scale 1 to 5, one interview, equal weights, verified e-mail."""
    found = role(tmp_path, MINIMAL)
    assert (found.id, found.title, found.scale) == ("backend", "Backend developer", Scale())
    (competency,) = found.competencies
    assert (competency.name, competency.weight, competency.threshold) == ("Databases", 1, None)
    assert found.rounds == (Round("interview", "Interview", ("databases",), minutes=0),)
    assert (found.form.title, found.form.email_collection) == ("Interview scorecard: Backend developer", "verified")
    assert (found.ranking.min_coverage, found.ranking.min_interviewers) == (Fraction(7, 10), 2)
    assert (found.release, found.sharing.responders, found.sharing.managers) == ("always", (), ())


def test_a_whole_role_is_read(tmp_path: Path) -> None:
    """As the README shows it."""
    found = role(
        tmp_path,
        """\
        title = "Backend developer"
        [scale]
        low = 0
        high = 3
        names = ["None", "Some", "Good", "Great"]
        [[competency]]
        id = "databases"
        name = "Data"
        weight = 0.1
        why = "Every service stores data."
        must_have = true
        threshold = 1.5
        [[competency]]
        id = "teamwork"
        weight = 0
        [[round]]
        id = "technical"
        competencies = ["databases"]
        minutes = 45
        [[round]]
        id = "team"
        name = "Meet the team"
        competencies = ["teamwork", "databases"]
        [form]
        email_collection = "responder-input"
        [panel]
        min_scorecards = 4
        [release]
        rule = "panel-complete"
        [ranking]
        min_coverage = 0.5
        tier_probability = 0.8
        [sharing]
        responders = ["maya@Example.com", "example.com", "anyone"]
        managers = ["example.org", "example.org"]
        """,
    )
    assert found.scale == Scale(0, 3, ("None", "Some", "Good", "Great"))
    assert [(c.weight, c.threshold) for c in found.competencies] == [(Fraction(1, 10), Fraction(3, 2)), (0, None)]
    assert [(r.name, r.minutes) for r in found.rounds] == [("Technical", 45), ("Meet the team", 60)]
    assert found.form_title(found.rounds[1]) == "Interview scorecard: Backend developer · Meet the team"
    assert (found.panel.min_scorecards, found.release) == (4, "panel-complete")
    assert (found.ranking.min_coverage, found.ranking.tier_probability) == (Fraction(1, 2), 0.8)
    assert found.sharing.responders == (
        Grantee("user", "maya@example.com"),
        Grantee("domain", "example.com"),
        Grantee("anyone"),
    )
    assert found.sharing.managers == (Grantee("domain", "example.org"),)


def test_a_must_have_without_threshold_asks_for_the_middle_of_the_scale(tmp_path: Path) -> None:
    """3 of 1 to 5."""
    assert role(tmp_path, MINIMAL + "must_have = true\n").competencies[0].threshold == 3


def test_weights_are_exact(tmp_path: Path) -> None:
    """0.1 is one tenth, not the nearest binary number."""
    assert role(tmp_path, MINIMAL + "weight = 0.1\n").competencies[0].weight == Fraction(1, 10)


def test_a_file_from_notepad_reads_like_any_other(tmp_path: Path) -> None:
    """BOM and Windows line ends."""
    (tmp_path / "backend.toml").write_bytes(("\ufeff" + MINIMAL.replace("\n", "\r\n")).encode())
    assert config.read_role(tmp_path / "backend.toml")[1] == ()


def test_all_faults_of_a_role_are_told_at_once_with_line_and_key(tmp_path: Path) -> None:
    """Lines are right also below a text of several lines that looks like keys."""
    assert role_faults(
        tmp_path,
        '''\
        titel = "Backend developer"
        [form]
        description = """
        weight = 3
        [scale]
        """
        email_collection = "Verified"
        [[competency]]
        id = "databases"
        weight = -1
        [[competency]]
        id = "databases"
        threshhold = 2
        [[round]]
        id = "technical"
        competencies = ["database"]
        ''',
    ) == [
        'backend.toml:1:titel: this file has no such key; did you mean "title"?',
        'backend.toml:1:title: is missing; add title = "Backend developer"',
        'backend.toml:7:form.email_collection: "Verified" is not a choice here; did you mean "verified"?',
        "backend.toml:10:competency.weight: -1 is negative; write a number of 0 or more",
        'backend.toml:12:competency.id: "databases" is already the id in line 9; give one of the two another id',
        'backend.toml:13:competency.threshhold: [competency] has no such key; did you mean "threshold"?',
        'backend.toml:16:round.competencies: there is no competency "database"; did you mean "databases"?',
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("weight = nan", "competency.weight: nan is not a finite number; write plain digits, such as 2 or 0.5"),
        ("weight = inf", "competency.weight: inf"),
        ("weight = 1e400", "competency.weight: the number is too large; stay at or below 1,000,000"),
        ("weight = 1e99999999999999999999", "competency.weight: inf"),
        ("weight = 1e-400", "competency.weight: the number has too many decimals"),
        ('weight = "a lot"', "competency.weight: is text, not a number; write a number without quotes"),
        ("weight = true", "competency.weight: is true or false, not a number"),
        ("weight = 0", "competency.weight: all weights are 0, so that no score exists"),
        ("weight = 2024-01-01", "competency.weight: is a date or time, not a number"),
        ("must_have = 1", "competency.must_have: is a whole number, not true or false"),
        ("must_have = true\nthreshold = 6", "competency.threshold: 6 is out of bounds; write a number from 1 to 5"),
        ("must_have = true\nthreshold = 0.5", "competency.threshold: 0.5 is out of bounds"),
        ("threshold = 3", "competency.threshold: has no effect without must_have; add must_have = true"),
        ('name = " "', "competency.name: is empty"),
        ('name = "Data\\nbases"', "competency.name: holds a line break, which Google Forms refuses here"),
        ('name = "Data\\u0000bases"', "competency.name: holds the invisible character U+0000"),
        (f'name = "{"x" * 1_001}"', "competency.name: has 1,001 characters; the limit is 1,000; shorten it by 1"),
        ("why = 3", "competency.why: is a whole number, not text"),
    ],
)
def test_what_is_wrong_with_a_competency_is_told(tmp_path: Path, line: str, told: str) -> None:
    """Types, bounds, and everything that Google would refuse."""
    (fault,) = role_faults(tmp_path, MINIMAL + line + "\n")
    assert told in fault


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("low = 2", "scale.low: 2 is out of bounds; write a whole number from 0 to 1"),
        ("high = 11", "scale.high: 11 is out of bounds; write a whole number from 2 to 10"),
        ("high = 1", "scale.high: 1 is out of bounds"),
        ('names = ["Bad", "Good"]', "scale.names: has 2 names for the 5 levels 1 to 5; name each level once"),
        ('high = 3\nnames = ["A", "B", " a "]', 'scale.names: has the name "a" twice'),
        ('high = 3\nnames = ["A", "B", ""]', "scale.names: is empty"),
        ('high = 3\nnames = ["A", "B", "Not assessed"]', '"Not assessed" is already the option for no rating'),
        ('high = 3\nnames = ["A", "B", "C\\nD"]', "scale.names: holds a line break"),
        ('names = "Good"', 'scale.names: is text, not a list; write it in brackets, such as ["one", "two"]'),
    ],
)
def test_a_scale_that_google_or_a_reader_cannot_use_is_told(tmp_path: Path, lines: str, told: str) -> None:
    """Bounds as Google has them, and one name of its own for each level."""
    (fault,) = role_faults(tmp_path, f"{MINIMAL}[scale]\n{lines}\n")
    assert told in fault


def test_levels_of_another_scale_are_named_by_number(tmp_path: Path) -> None:
    """Names for four levels cannot be guessed."""
    assert role(tmp_path, MINIMAL + "[scale]\nhigh = 4\n").scale.names == ("Level 1", "Level 2", "Level 3", "Level 4")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('id = "a"', "round.competencies: the round covers no competency"),
        ('id = "a"\ncompetencies = []', "round.competencies: the round covers no competency"),
        ('id = "a"\ncompetencies = ["databases", "databases"]', 'round.competencies: names "databases" twice'),
        ('id = "Round 1"\ncompetencies = ["databases"]', 'round.id: "Round 1" cannot be an id'),
        ('competencies = ["databases"]', "round.id: is missing"),
        ('id = "a"\ncompetencies = ["databases"]\nminutes = 1.5', "round.minutes: is a number with decimals"),
    ],
)
def test_what_is_wrong_with_a_round_is_told(tmp_path: Path, lines: str, told: str) -> None:
    """A round needs an id and something to ask."""
    (fault,) = role_faults(tmp_path, f"{MINIMAL}[[round]]\n{lines}\n")
    assert told in fault


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('responders = ["maya@example"]', '"maya@example" is not an e-mail address; write one such as'),
        ('responders = ["@example.com"]', '"@example.com" is not an e-mail address'),
        ('responders = ["Maya <maya@example.com>"]', "is not an e-mail address"),
        ('responders = ["everybody"]', '"everybody" is neither an e-mail address nor a domain'),
        ('responders = "maya@example.com"', "sharing.responders: is text, not a list"),
        ('managers = ["anyone"]', "would open the candidates' scorecards to the world"),
    ],
)
def test_sharing_takes_addresses_and_domains_only(tmp_path: Path, lines: str, told: str) -> None:
    """Google would refuse them one by one, half-way through."""
    (fault,) = role_faults(tmp_path, f"{MINIMAL}[sharing]\n{lines}\n")
    assert told in fault


def test_every_wrong_entry_of_a_list_is_told(tmp_path: Path) -> None:
    """Not the first one only."""
    assert len(role_faults(tmp_path, f'{MINIMAL}[sharing]\nresponders = ["a", "b@", 3, "c@example.com"]\n')) == 3


@pytest.mark.parametrize("table", ["release", "panel", "ranking", "form"])
def test_unknown_keys_are_told_in_every_table(tmp_path: Path, table: str) -> None:
    """A slip must not silently mean the default."""
    assert role_faults(tmp_path, f"{MINIMAL}[{table}]\nrules = 1\n")[0].startswith(
        f"backend.toml:5:{table}.rules: [{table}] has no such key; "
    )


def test_a_table_in_single_brackets_is_told(tmp_path: Path) -> None:
    """The commonest slip in TOML."""
    assert role_faults(tmp_path, 'title = "X"\n[competency]\nid = "a"\n') == [
        "backend.toml:2:competency: is a table, not a list of tables; write [[competency]], with two brackets each side"
    ]


def test_a_role_without_competency_is_told(tmp_path: Path) -> None:
    """There would be nothing to rate."""
    assert role_faults(tmp_path, 'title = "X"\n') == [
        'backend.toml:1:competency: the role has no competency; add [[competency]] with id = "..." and name = "..."'
    ]


def test_a_file_name_that_cannot_be_an_id_is_told(tmp_path: Path) -> None:
    """The role's key is the file's name."""
    (fault,) = role_faults(tmp_path, MINIMAL, "Backend Developer.toml")
    assert "the file's name is the role's id, and \"Backend Developer\" cannot be one" in fault


# TOML itself


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "title = Backend\n",
            "backend.toml:1:9: this is not TOML: invalid value; write key = value, with text in quotes",
        ),
        ("[scale]\nlow = 1\nlow = 2\n", "backend.toml:3:8: this is not TOML: cannot overwrite a value; each key"),
        ("[round]\n[round]\n", "backend.toml:2:7: this is not TOML: cannot declare [round] twice; each key"),
        ('title = "X\n', "backend.toml:1:11: this is not TOML: illegal character '\\n'"),
        ("x = [1,\n2\n", "backend.toml:2: this is not TOML: unclosed array"),
        ("weight = " + "9" * 5_000, "this is not TOML"),
        ("x = " + "[" * 3_000, "this is not TOML: "),
    ],
)
def test_a_syntax_error_is_told_with_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    """And never as a traceback."""
    (fault,) = role_faults(tmp_path, text)
    assert told in fault


def test_a_role_in_another_encoding_is_told(tmp_path: Path) -> None:
    """As for the question bank."""
    (fault,) = role_faults(tmp_path, 'title = "Développeur"\n'.encode("cp1252"))
    assert "is not UTF-8: byte 0xE9" in fault


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("a=[]\"\n.#'\\ 1{},"), max_size=60))
def test_no_text_whatever_makes_it_crash(tmp_path_factory, text: str) -> None:
    """Every file is read or told wrong."""
    path = tmp_path_factory.mktemp("any") / "backend.toml"
    path.write_text(text, newline="")
    assert config.read_role(path)[1]  # no title, so there is always something to say


# Settings


def test_no_settings_file_means_the_local_workspace(tmp_path: Path) -> None:
    """A beginner needs none."""
    found, faults = config.read_settings(tmp_path / "pipeline.toml")
    assert (found.workspace, found.network.give_up_after, found.retention.days, faults) == ("local", 120, 365, ())


def test_settings_for_google_are_read(tmp_path: Path) -> None:
    """Who we are, where new files go, and how long we wait. A folder's address will do for its id."""
    found = read_settings(
        tmp_path,
        """\
        workspace = "google"
        [google]
        credentials = "service-account"
        key_file = "key.json"
        subject = "maya@example.com"
        folder = "https://drive.google.com/drive/folders/1AbC_d-9?usp=sharing"
        [network]
        timeout = 30.5
        [sheet]
        locale = "de_DE"
        time_zone = "Europe/Berlin"
        [retention]
        days = 0
        """,
    )
    assert found.workspace == "google"
    assert (found.google.credentials, found.google.key_file) == ("service-account", "key.json")
    assert (found.google.subject, found.google.folder) == ("maya@example.com", "1AbC_d-9")
    assert (found.network.timeout, found.network.give_up_after) == (30.5, 120)
    assert (found.sheet.locale, found.sheet.time_zone, found.retention.days) == ("de_DE", "Europe/Berlin", 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('locale = "xx"', '"xx" names no language that is known; write one such as "en_GB" or "de_DE"'),
        ('locale = "de_ZZ"', '"de_ZZ" names no country that is known; leave it out, or write de_COUNTRY'),
        ('time_zone = "localtime"', '"localtime" is not a time zone'),
        ('time_zone = "right/UTC"', '"right/UTC" is not a time zone'),
    ],
)
def test_a_locale_or_zone_that_google_cannot_have_is_told(tmp_path: Path, line: str, said: str) -> None:
    """As far as it can be known without asking; which of the others Sheets has, it says itself."""
    (fault,) = settings_faults(tmp_path, f"[sheet]\n{line}\n")
    assert said in fault


@pytest.mark.parametrize("name", ["en", "fil_PH", "iw_IL", "in_ID", "no_NO", "sw_TZ", "zh_HK"])
def test_locales_that_sheets_has_under_names_of_its_own_pass(tmp_path: Path, name: str) -> None:
    """Google still writes Hebrew `iw` and Indonesian `in`."""
    assert not settings_faults(tmp_path, f'[sheet]\nlocale = "{name}"\n')


def test_all_faults_of_the_settings_are_told_at_once(tmp_path: Path) -> None:
    """With suggestions where a name is nearly right."""
    assert settings_faults(
        tmp_path,
        """\
        workspace = "gogle"
        [google]
        credentials = "oauth"
        [network]
        timeout = "long"
        give_up_after = -1
        [sheet]
        locale = "english"
        time_zone = "europe/berlin"
        [retention]
        days = 1.5
        """,
    ) == [
        'pipeline.toml:1:workspace: "gogle" is not a choice here; did you mean "google"?',
        'pipeline.toml:3:google.credentials: "oauth" is not a choice here; use one of: user, service-account, adc',
        "pipeline.toml:5:network.timeout: is text, not a number; write a number without quotes, such as 2 or 0.5",
        "pipeline.toml:6:network.give_up_after: -1 is negative; write a number of 0 or more",
        'pipeline.toml:8:sheet.locale: "english" is not a locale; write language_COUNTRY, such as "en_GB" or "de_DE"',
        'pipeline.toml:9:sheet.time_zone: "europe/berlin" is not a time zone; did you mean "Europe/Berlin"?',
        (
            "pipeline.toml:11:retention.days: is a number with decimals, not a whole number; "
            "write digits only, without quotes or a point, such as 5"
        ),
    ]


def test_every_setting_knows_where_it_came_from(tmp_path: Path) -> None:
    """For `config show --origin`."""
    origins = read_settings(tmp_path, '[google]\nfolder = "abc"\n').origins
    assert (origins["google.folder"].text, origins["google.folder"].origin) == ('"abc"', "pipeline.toml:2")
    assert (origins["workspace"].text, origins["workspace"].origin) == ('"local"', "default")
    assert origins["network.timeout"].text == "180"


def test_a_competencys_settings_go_by_its_id(tmp_path: Path) -> None:
    """A number would change with the order."""
    weight = role(tmp_path, MINIMAL + "weight = 2.5\n").origins["competency.databases.weight"]
    assert (weight.text, weight.origin) == ("2.5", "backend.toml:4")
