"""Opens one directory: configuration, question bank, state, and the session to the workspace. The composition root."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline import config
from pipeline.config import ProjectFiles, Role, Settings
from pipeline.errors import Fault, InvalidInput
from pipeline.question_bank import Bank
from pipeline.scorecard import Round, Rubric
from pipeline.state import State

if TYPE_CHECKING:
    from pipeline.google.session import Session


class Address(NamedTuple):
    """Where a local workspace answers, and its owner's token; `lasts` when it goes on after this command."""

    url: str
    token: str
    lasts: bool = True


SERVE_PORT = 8765  # where `pipeline serve` answers unless told otherwise


LocalWorkspace = Callable[[Path], Address]


def read_sources(directory: Path) -> ProjectFiles:
    """All the user's files of `directory`; their faults are collected, not raised."""
    if not (directory / config.FOLDER).is_dir() and not (directory / config.BANK).exists():
        todo = "run 'pipeline init' to start one here, or name yours with --project DIR"
        raise InvalidInput([Fault(str(directory), 0, "", "this is not a pipeline project: it has no config/", todo)])
    sources = config.read_all(directory)
    settings, faults = config.with_workspace(sources.settings, os.environ.get(config.WORKSPACE_VARIABLE, ""))
    return replace(sources, settings=settings, faults=(*sources.faults, *faults))


@dataclass(frozen=True)
class Project:
    """One role of one directory, ready for an errand."""

    directory: Path
    settings: Settings
    role: Role
    bank: Bank
    local_workspace: LocalWorkspace
    on_wait: Callable[[str], None]
    google_url: str | None = None  # something that speaks Google's protocol in its stead
    sleep: Callable[[float], None] = time.sleep  # before a call is tried again

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        role: str | None,
        local_workspace: LocalWorkspace,
        on_wait: Callable[[str], None],
        google_url: str | None = None,
    ) -> Project:
        """Read and validate everything before the first call; InvalidInput with all faults otherwise."""
        sources = read_sources(directory)
        if sources.faults:
            raise InvalidInput(sources.faults)
        chosen = choose_role(sources, role, directory)
        return cls(directory, sources.settings, chosen, sources.bank, local_workspace, on_wait, google_url)

    def locally(self) -> Project:
        """The same in the local workspace, whatever files and environment say."""
        return replace(self, settings=replace(self.settings, workspace="local"))

    @property
    def hidden(self) -> Path:
        return self.directory / ".pipeline"

    @cached_property
    def rubric(self) -> Rubric:
        return config.rubric(self.role, self.bank)

    @cached_property
    def state(self) -> State:
        return State(self.hidden, self.settings.workspace)

    @cached_property
    def session(self) -> Session:
        """Connects on first use, so that commands which need no workspace start none."""
        from pipeline.google.retry import Policy
        from pipeline.google.session import bearer, connect

        network = self.settings.network
        policy = Policy(give_up_after=network.give_up_after, timeout=network.timeout, sleep=self.sleep)
        if self.address:
            return connect(bearer(self.address.token), base_url=self.address.url, policy=policy, on_wait=self.on_wait)
        from pipeline.google import auth

        credentials = auth.credentials(self.settings.google, self.directory)
        return connect(credentials, base_url=self.google_url, policy=policy, on_wait=self.on_wait)

    @property
    def client_file(self) -> Path:
        """The user's own OAuth client."""
        from pipeline.google.auth import located

        return located(self.settings.google.client_file, self.directory)

    @cached_property
    def address(self) -> Address | None:
        """The local workspace's, None with Google's."""
        return self.local_workspace(self.hidden) if self.settings.workspace == "local" else None

    def lasting(self, url: str) -> str:
        """A link that still works after this command: a workspace that ends with it is reached by `pipeline serve`."""
        if self.address is None or self.address.lasts:
            return url
        return url.replace(self.address.url, f"http://127.0.0.1:{SERVE_PORT}", 1)

    @property
    def home(self) -> str:
        return self.lasting(self.address.url + "/") if self.address else "https://drive.google.com/"

    @property
    def address_lasts(self) -> bool:
        return self.address is None or self.address.lasts

    @property
    def owner_link(self) -> str:
        """The first page of a local workspace, with the owner's token: for the owner's terminal only."""
        return f"{self.address.url}/?token={self.address.token}" if self.address else self.home

    @property
    def user(self) -> str:
        """Whoever runs the command, by the name this computer knows."""
        import getpass

        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "somebody"

    def now(self) -> datetime:
        return datetime.now(UTC)


def choose_role(sources: ProjectFiles, name: str | None, directory: Path) -> Role:
    """The role asked for, or the only one."""
    by_id = {role.id: role for role in sources.roles}
    if name is None and len(by_id) == 1:
        return next(iter(by_id.values()))
    if name in by_id:
        return by_id[name]
    what = f"there is no role {name!r}" if name else "there are several roles"
    todo = f"choose one with --role: {', '.join(sorted(by_id))}"
    raise InvalidInput([Fault(str(directory / "config"), 0, "", what, todo)])


def choose_round(rubric: Rubric, round_id: str) -> Round:
    """The round of this id; a fault with the list otherwise."""
    chosen = next((round_ for round_ in rubric.rounds if round_.id == round_id), None)
    if chosen is None:
        known = ", ".join(round_.id for round_ in rubric.rounds)
        file = f"config/{rubric.role}.toml"
        raise InvalidInput([Fault(file, 0, "round", f"there is no round {round_id!r}", f"choose one of: {known}")])
    return chosen
