"""The configuration: TOML files -> settings and roles, with every fault at its place.

`read_all` reads a whole project and checks the files against each other; `rubric` joins a role with the question
bank. Nothing here raises for what a person wrote, and nothing here reaches network or screen.
"""

from pipeline.config.consistency import check, lint, rubric
from pipeline.config.project_files import BANK, FOLDER, SETTINGS, ProjectFiles, read_all
from pipeline.config.role import FormTexts, Grantee, PanelPolicy, RankingPolicy, Role, Sharing, read_role
from pipeline.config.settings import (
    WORKSPACE_VARIABLE,
    Google,
    Network,
    Settings,
    SheetSettings,
    read_settings,
    with_workspace,
)
from pipeline.config.toml_file import Setting

__all__ = [
    "BANK",
    "FOLDER",
    "SETTINGS",
    "WORKSPACE_VARIABLE",
    "FormTexts",
    "Google",
    "Grantee",
    "Network",
    "PanelPolicy",
    "ProjectFiles",
    "RankingPolicy",
    "Role",
    "Setting",
    "Settings",
    "Sharing",
    "SheetSettings",
    "check",
    "lint",
    "read_all",
    "read_role",
    "read_settings",
    "rubric",
    "with_workspace",
]
