"""`init`: the shipped question bank and configuration as the start of somebody's own project."""

from __future__ import annotations

from pathlib import Path

import pipeline
from pipeline.state import hidden_directory

FILES = ("question_bank.csv", "config/pipeline.toml", "config/backend-developer.toml")


def shipped() -> Path:
    """Where the shipped files lie: inside an installed package, or at the top of a checkout."""
    package = Path(pipeline.__file__).parent
    packed = package / "starter"
    return packed if packed.exists() else package.parent


def write_starter(directory: Path) -> tuple[list[Path], list[Path]]:
    """Write what is missing; returns (written, kept). An existing file is never touched."""
    hidden_directory(directory / ".pipeline")  # where people put their OAuth client: git must not take it along
    written, kept = [], []
    for name in FILES:
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("xb") as stream:
                stream.write((shipped() / name).read_bytes())
        except FileExistsError:
            kept.append(target)
        else:
            written.append(target)
    return written, kept
