"""The saved sign-in: where it lies, who may read it, and that a crash or a stranger's file does no harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import NotSignedIn
from pipeline.google import tokens
from pipeline.google.tokens import SavedSignIn

SIGN_IN = SavedSignIn("client-1.apps.example", "lee@example.com", ("scope-a",), "1//refresh", "ya29.access", "")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_what_was_saved_is_loaded(home: Path) -> None:
    """The same client finds its sign-in again."""
    assert tokens.save(SIGN_IN).parent == home / "config" / "interview-pipeline"
    assert tokens.load("client-1.apps.example") == SIGN_IN


def test_each_client_has_its_own_sign_in() -> None:
    """Another OAuth client finds nothing."""
    tokens.save(SIGN_IN)
    assert tokens.load("client-2.apps.example") is None


def test_only_the_owner_may_read_it_whatever_the_umask() -> None:
    """Directory 0700 and file 0600 from the first byte on."""
    before = os.umask(0)
    try:
        path = tokens.save(SIGN_IN)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_was_opened_up_is_closed_again() -> None:
    """Somebody ran chmod, or copied it about: the next use takes the rights away."""
    path = tokens.save(SIGN_IN)
    path.chmod(0o644)
    tokens.load(SIGN_IN.client_id)
    assert path.stat().st_mode & 0o777 == 0o600


def test_saving_leaves_nothing_else_behind() -> None:
    """No draft stays in the directory."""
    tokens.save(SIGN_IN)
    path = tokens.save(SIGN_IN)
    assert list(path.parent.iterdir()) == [path]


def test_a_link_in_place_of_the_file_is_replaced_not_followed(home: Path) -> None:
    """The token must not be written to where somebody else wants it."""
    elsewhere = home / "elsewhere"
    path = tokens.path_for(SIGN_IN.client_id)
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere)
    tokens.save(SIGN_IN)
    assert not elsewhere.exists()
    assert not path.is_symlink()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "[" * 100_000, '{"format": 99}', '{"format": 1, "client_id": "another"}']
)
def test_a_damaged_or_foreign_file_says_what_to_do(content: str) -> None:
    """Half a file, or one from another version: exit 4 and the two commands that mend it."""
    tokens.save(SIGN_IN)
    path = tokens.path_for(SIGN_IN.client_id)
    path.write_text(content)
    with pytest.raises(NotSignedIn) as told:
        tokens.load(SIGN_IN.client_id)
    assert told.value.what == f"The saved sign-in is damaged or from another version: {path}."
    assert told.value.next_step == "Run 'pipeline logout', then 'pipeline login'."


def test_deleting_tells_whether_there_was_one() -> None:
    """`logout` says which."""
    tokens.save(SIGN_IN)
    assert tokens.delete(SIGN_IN.client_id)
    assert not tokens.delete(SIGN_IN.client_id)


def test_a_traceback_shows_no_token() -> None:
    """The text of a saved sign-in names neither token nor account."""
    assert "1//refresh" not in repr(SIGN_IN)
    assert "ya29" not in repr(SIGN_IN)
    assert "lee@" not in repr(SIGN_IN)
