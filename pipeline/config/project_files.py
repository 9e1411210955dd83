"""All files that the user writes, read at once: every fault of every one of them together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import question_bank
from pipeline.config import consistency
from pipeline.config.role import Role, read_role
from pipeline.config.settings import Settings, read_settings
from pipeline.errors import Fault
from pipeline.question_bank import Bank

BANK = "question_bank.csv"
FOLDER = "config"
SETTINGS = "pipeline.toml"


@dataclass(frozen=True)
class ProjectFiles:
    """With faults, nothing else in here may be used. `hints` are lint, told once all faults are gone."""

    bank: Bank
    settings: Settings
    roles: tuple[Role, ...]
    faults: tuple[Fault, ...]
    hints: tuple[Fault, ...]

    def of_round(self, role: Role, round_id: str) -> ProjectFiles:
        """The same with the questions of one round alone, and what is said of them."""
        bank = consistency.of_round(self.bank, role, round_id)
        settings = consistency.lint_settings(self.settings, f"{FOLDER}/{SETTINGS}")
        hints = (*consistency.lint(bank, [role], round_id), *settings)
        return replace(self, bank=bank, roles=(role,), hints=hints)


def read_all(directory: Path) -> ProjectFiles:
    """Read question bank, settings and every role of one project's directory."""
    bank = question_bank.read(directory / BANK, shown=BANK)
    settings, faults = read_settings(directory / FOLDER / SETTINGS, shown=f"{FOLDER}/{SETTINGS}")
    found = [*bank.faults, *faults]
    roles: list[Role] = []
    paths = sorted(
        path for path in (directory / FOLDER).glob("*.toml") if path.name != SETTINGS and path.name[0] != "."
    )
    for path in paths:
        role, faults = read_role(path, shown=f"{FOLDER}/{path.name}")
        found += faults
        if role is not None:
            roles.append(role)
    if not paths:
        todo = "write config/backend-developer.toml, or run `pipeline init` to get one"
        found.append(Fault(FOLDER, 0, "", "there is no role here", todo))
    hints: list[Fault] = []
    if len(roles) == len(paths):  # a role that cannot be read may hold what seems to be missing
        found += consistency.check(bank, roles)
        if not found:
            hints = consistency.lint(bank, roles) + consistency.lint_settings(settings, f"{FOLDER}/{SETTINGS}")
    return ProjectFiles(bank, settings, tuple(roles), tuple(sorted(found)), tuple(hints))
