"""What only shows when question bank and roles lie side by side: faults, lint, and the rubric that both make up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from pipeline.config.role import Role
from pipeline.config.settings import Settings
from pipeline.errors import Fault
from pipeline.question_bank import ANCHOR, Bank, texts
from pipeline.question_bank.texts import did_you_mean, nearest, quoted
from pipeline.scorecard import Question, Rubric, Scale


def needed_anchors(scale: Scale) -> tuple[int, int, int]:
    """The levels that every question must describe: lowest, middle, highest."""
    return scale.low, (scale.low + scale.high) // 2, scale.high


def is_for(question: Question, role: Role) -> bool:
    return not question.roles or role.id in question.roles


def rubric(role: Role, bank: Bank) -> Rubric:
    """What interviewers rate in one role: its competencies and rounds with the bank's questions for them."""
    competencies = {competency.id for competency in role.competencies}
    questions = tuple(
        dataclasses.replace(question, rounds=()) if role.one_round else question
        for question in bank.questions
        if is_for(question, role) and question.competency in competencies
    )
    return Rubric(role.id, role.title, role.scale, role.competencies, questions, role.rounds)


def check(bank: Bank, roles: Sequence[Role]) -> list[Fault]:
    """Every fault between the question bank and all the roles that use it."""
    return sorted({*_names(bank, roles), *_anchors(bank, roles), *_coverage(bank, roles)})


def _names(bank: Bank, roles: Sequence[Role]) -> Iterator[Fault]:
    """Roles, competencies and rounds that a question names and nobody has."""
    for question in bank.questions:
        for name in question.roles:
            if all(role.id != name for role in roles):
                todo = did_you_mean(name, [role.id for role in roles])
                yield bank.fault(question, "roles", f"there is no role {quoted(name)}", todo)
        mine = [role for role in roles if is_for(question, role)]
        known = [competency.id for role in mine for competency in role.competencies]
        if known and question.competency and question.competency not in known:
            what = f"there is no competency {quoted(question.competency)}"
            yield bank.fault(question, "competency", what, did_you_mean(question.competency, known))
        in_rounds = [role for role in mine if not role.one_round]
        rounds = [round_.id for role in in_rounds for round_ in role.rounds]
        for name in question.rounds:
            if in_rounds and name not in rounds:
                yield bank.fault(question, "rounds", f"there is no round {quoted(name)}", did_you_mean(name, rounds))


def _anchors(bank: Bank, roles: Sequence[Role]) -> Iterator[Fault]:
    """Anchors that a role's scale needs and a question lacks, or has too many or too long."""
    levels = {level for role in roles for level in role.scale.levels}
    missing: set[str] = set()
    for role in roles:
        for level in needed_anchors(role.scale):
            column = f"{ANCHOR}{level}"
            if bank.columns and column not in bank.columns and column not in missing:
                missing.add(column)
                what = f"the column is missing, and level {level} of the scale needs a description"
                yield Fault(bank.file, 1, column, what, f'add a column named "{column}" to the header')
        for question in rubric(role, bank).questions:
            for level in needed_anchors(role.scale):
                column = f"{ANCHOR}{level}"
                if level not in question.anchors and column not in missing and not _faulty(bank, question, column):
                    what = f"is empty, so nobody can tell what earns a {level}"
                    yield bank.fault(question, column, what, "describe the answer that earns this level")
            for level, anchor in question.anchors.items():
                if level in role.scale.levels:
                    option = f"{level} · {role.scale.name(level)}: {anchor}"
                    if (count := texts.length(option)) > texts.OPTION_LIMIT:
                        what = f"makes an option of {count:,} characters; the limit is {texts.OPTION_LIMIT:,}"
                        todo = f"shorten it by {count - texts.OPTION_LIMIT:,}"
                        yield bank.fault(question, f"{ANCHOR}{level}", what, todo)
    for question in bank.questions if roles else ():
        for level in question.anchors:
            if level not in levels:
                what = f"describes level {level}, which no role's scale has"
                yield bank.fault(question, f"{ANCHOR}{level}", what, "empty the cell, or change [scale] in the role")


def _faulty(bank: Bank, question: Question, column: str) -> bool:
    """Whether the cell has a fault of its own already, so that it only looks empty."""
    row = bank.rows[question.id].number
    return any((fault.row, fault.column) == (row, column) for fault in bank.faults)


def _coverage(bank: Bank, roles: Sequence[Role]) -> Iterator[Fault]:
    """Questions that no round asks, and competencies and rounds that no question serves."""
    for role in roles:
        whole = rubric(role, bank)
        asked = {question.id for round_ in role.rounds for question in whole.questions_in(round_)}
        rounds = {round_.id for round_ in role.rounds}
        for question in whole.questions:
            if question.id not in asked and not set(question.rounds) - rounds:
                yield _unasked(bank, question, role)
        if not bank.complete:
            continue
        strangers = {question.competency for question in bank.questions if is_for(question, role)} - {
            competency.id for competency in role.competencies
        }
        for competency in role.competencies:
            if competency.id and all(question.competency != competency.id for question in whole.questions):
                what = f"{quoted(competency.id)} has no question in {bank.file}"
                near = nearest(competency.id, strangers)
                todo = f'did you mean "{near}"?' if near else "add a question for it, or delete the competency"
                yield role.competency_fault(competency, what, todo)
        for round_ in role.rounds:
            if whole.questions and round_.competencies and not whole.questions_in(round_):
                what = f"the round {quoted(round_.id)} asks no question"
                yield role.round_fault(
                    round_, what, f"name it in the rounds column of {bank.file}, or delete the round"
                )


def _unasked(bank: Bank, question: Question, role: Role) -> Fault:
    covering = [round_.id for round_ in role.rounds if question.competency in round_.competencies]
    if not covering:
        what = f"no round of {role.document.file} covers {quoted(question.competency)}, so nobody asks this question"
        return bank.fault(question, "competency", what, "add the competency to a [[round]]")
    what = f"no round asks this question: {' '.join(question.rounds)} does not cover {quoted(question.competency)}"
    return bank.fault(question, "rounds", what, f"name a round that does: {' '.join(covering)}")


def lint(bank: Bank, roles: Sequence[Role], round_id: str | None = None) -> list[Fault]:
    """What works but is worth a second look; of one round's `of_round` alone when it is named. Never stops anything."""
    return sorted({*_lint_bank(bank, roles), *(hint for role in roles for hint in _lint_role(role, bank, round_id))})


def of_round(bank: Bank, role: Role, round_id: str) -> Bank:
    """The bank with the questions alone that one round of a role asks."""
    whole = rubric(role, bank)
    asked = {q.id for round_ in role.rounds if round_.id == round_id for q in whole.questions_in(round_)}
    return dataclasses.replace(bank, questions=tuple(q for q in bank.questions if q.id in asked))


def lint_settings(settings: Settings, file: str) -> list[Fault]:
    """What signing in will ask for. Flags and environment may still give it, so it is no fault."""
    google = settings.google
    if settings.workspace == "local":
        return []
    hints = {
        "client_file": google.credentials == "user" and not google.client_file,
        "key_file": google.credentials == "service-account" and not google.key_file,
    }
    todo = "name the file here; `pipeline doctor` tells how to get one"
    what = f'is not set, and credentials = "{google.credentials}" needs it'
    return [Fault(file, 0, f"google.{key}", what, todo) for key, lacks in hints.items() if lacks]


def _lint_bank(bank: Bank, roles: Sequence[Role]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for question in bank.questions:
        if not question.look_for:
            yield bank.fault(question, "look_for", "is empty", "name the signals of a good answer, one a line")
        if not question.minutes:
            yield bank.fault(
                question, "minutes", "is empty or 0", "plan the minutes, so that the round's can be checked"
            )
        same = first.setdefault(" ".join(question.question.casefold().split()), question.id)
        if same != question.id:
            yield bank.fault(question, "question", f'asks the same as "{same}"', "reword or delete one of the two")
        if any("\N{REPLACEMENT CHARACTER}" in text or "â€" in text for text in _texts(question)):
            yield bank.fault(question, "", "holds garbled characters", "correct them, and save as UTF-8")
        for role in roles:
            if is_for(question, role):
                for level in role.scale.levels:
                    if level not in question.anchors and level not in needed_anchors(role.scale):
                        what = f"is empty, so interviewers must guess what earns a {level}"
                        yield bank.fault(question, f"{ANCHOR}{level}", what, "describe it if it can be told apart")


def _texts(question: Question) -> tuple[str, ...]:
    many = (*question.look_for, *question.follow_ups, *question.red_flags, *question.anchors.values())
    return (question.question, question.why, question.sample_answer, *many)


def _lint_role(role: Role, bank: Bank, round_id: str | None) -> Iterator[Fault]:
    whole = rubric(role, bank)
    rounds = [round_ for round_ in role.rounds if round_id in (None, round_.id)]
    covered = {id_ for round_ in rounds for id_ in round_.competencies}
    competencies = [each for each in role.competencies if round_id is None or each.id in covered]
    if len({competency.weight for competency in role.competencies}) > 1:
        for competency in competencies:
            if not competency.why:
                what = f"{quoted(competency.id)} has the weight {float(competency.weight):g} without a why"
                yield role.competency_fault(competency, what, "write down the reason, or make all weights equal")
    if round_id is None and role.competencies and not any(competency.must_have for competency in role.competencies):
        what = "no competency is a must-have, so a strength can make up for any weakness"
        yield role.competency_fault(role.competencies[0], what, "if one is indispensable, add must_have = true")
    for competency in competencies:
        if competency.threshold is not None and competency.threshold <= role.scale.low:
            what = f"nobody can miss the threshold of {quoted(competency.id)}"
            yield role.competency_fault(competency, what, f"set it above {role.scale.low}, or delete must_have")
    for round_ in rounds:
        total = sum(question.minutes for question in whole.questions_in(round_))
        if round_.minutes and total > round_.minutes:
            what = f"the questions of {quoted(round_.id)} take {total} minutes, the round has {round_.minutes}"
            yield role.round_fault(round_, what, "drop or move a question, or plan more minutes")
    unverified = role.form.email_collection != "verified"
    if unverified and any(grantee.kind == "anyone" for grantee in role.sharing.responders):
        what = "anyone may answer, and under any name"
        todo = 'set email_collection = "verified", or name the responders'
        yield Fault(role.document.file, role.document.line("sharing.responders"), "sharing.responders", what, todo)
