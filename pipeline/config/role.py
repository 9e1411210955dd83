"""`config/<role>.toml` -> `Role`: the rubric but for its questions, rounds, form texts, and who may see what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from pipeline.config import toml_file
from pipeline.config.settings import domain_name, email_address
from pipeline.config.toml_file import Document, Setting, Table
from pipeline.errors import Fault
from pipeline.question_bank import texts
from pipeline.question_bank.texts import Unusable, did_you_mean, quoted
from pipeline.scorecard import NOT_ASSESSED, Competency, Round, Scale

EmailCollection = Literal["verified", "responder-input", "none"]
Release = Literal["always", "panel-complete"]
MAX_HIGH = 10  # Google's scale questions end there
HOW_TO_RATE = """\
Rate on your own, before you talk to anybody else about this candidate, and send this form in within a day.

For each question pick the level whose description is nearest to what you saw and heard. Rate the answer, not the \
person. Choose "Not assessed" when you did not ask a question or learned too little: it never counts against the \
candidate. Note as evidence what was said or done, so that somebody who was not there can follow your rating."""


@dataclass(frozen=True)
class FormTexts:
    """What the form says on its first page, and how it learns who fills it in."""

    title: str
    description: str = HOW_TO_RATE
    email_collection: EmailCollection = "verified"


@dataclass(frozen=True)
class PanelPolicy:
    """A candidate's panel is complete with at least so many scorecards, and every one that the panel owes."""

    min_scorecards: int = 2


@dataclass(frozen=True)
class RankingPolicy:
    """When a candidate is ranked at all, and when two belong to different tiers."""

    min_coverage: Fraction = Fraction(7, 10)
    min_interviewers: int = 2
    tier_probability: float = 0.9


@dataclass(frozen=True, order=True)
class Grantee:
    """Somebody to share with: one person, all people of a domain, or anyone who has the link (`name` is "")."""

    kind: Literal["user", "domain", "anyone"]
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind

    def covers(self, address: str) -> bool:
        """Whether what is shared with them is shared with this e-mail address."""
        if self.kind == "user":
            return address.lower() == self.name.lower()
        return self.kind == "anyone" or address.lower().endswith(f"@{self.name.lower()}")


@dataclass(frozen=True)
class Sharing:
    """Who may answer the form beside the panel's interviewers, and who may open the spreadsheet."""

    responders: tuple[Grantee, ...] = ()
    managers: tuple[Grantee, ...] = ()


@dataclass(frozen=True)
class Role:
    """One role as its file says. `one_round` is True when the file names no round: one interview asks everything.

    `document` knows the places, for faults that only show beside the question bank; `origins` is for `config show`.
    """

    id: str
    title: str
    competencies: tuple[Competency, ...]
    rounds: tuple[Round, ...]
    form: FormTexts
    scale: Scale = field(default_factory=Scale)
    panel: PanelPolicy = field(default_factory=PanelPolicy)
    release: Release = "always"
    sharing: Sharing = field(default_factory=Sharing)
    ranking: RankingPolicy = field(default_factory=RankingPolicy)
    one_round: bool = False
    document: Document = field(default_factory=lambda: Document(""), compare=False, repr=False)

    @property
    def origins(self) -> Mapping[str, Setting]:
        """Every setting by its key, with a competency's or round's id in place of its number."""
        names = {f"competency[{i}]": f"competency.{competency.id}" for i, competency in enumerate(self.competencies)}
        names |= {f"round[{i}]": f"round.{round_.id}" for i, round_ in enumerate(self.rounds)}
        settings = {}
        for setting in self.document.settings:
            table, dot, key = setting.key.rpartition(".")
            settings[names.get(table, table) + dot + key] = setting
        return MappingProxyType(settings)

    def form_title(self, round_: Round) -> str:
        """The title of one round's form."""
        return self.form.title if self.one_round else f"{self.form.title} · {round_.name}"

    def competency_fault(self, competency: Competency, what: str, todo: str) -> Fault:
        index = next(i for i, held in enumerate(self.competencies) if held is competency)
        return Fault(self.document.file, self.document.line(f"competency[{index}]"), "competency", what, todo)

    def round_fault(self, round_: Round, what: str, todo: str) -> Fault:
        index = next(i for i, held in enumerate(self.rounds) if held is round_)
        return Fault(self.document.file, self.document.line(f"round[{index}]"), "round", what, todo)


def read_role(path: Path, *, shown: str = "") -> tuple[Role | None, tuple[Fault, ...]]:
    """Read one role; None when the file is no TOML at all. With faults the role is for checking only."""
    top, document = toml_file.read(path, shown)
    if top is None:
        return None, tuple(document.faults)
    id_ = path.stem
    if not texts.ID.fullmatch(id_):
        document.fault("", f"the file's name is the role's id, and {quoted(id_)} cannot be one", texts.ID_RULE)
    title = top.need("title", toml_file.text(), '"Backend developer"')
    scale = _scale(top.table("scale"))
    competencies = _competencies(top, scale)
    rounds = _rounds(top, [competency.id for competency in competencies])
    role = Role(
        id=id_,
        title=title,
        competencies=competencies,
        rounds=rounds or (Round("interview", "Interview", tuple(c.id for c in competencies), minutes=0),),
        form=_form(top.table("form"), title),
        scale=scale,
        panel=_panel(top.table("panel")),
        release=_release(top.table("release")),
        sharing=_sharing(top.table("sharing")),
        ranking=_ranking(top.table("ranking")),
        one_round=not rounds,
        document=document,
    )
    top.close()
    return role, tuple(sorted(document.faults))


def _scale(table: Table) -> Scale:
    low = table.take("low", toml_file.whole(0, 1), 1)
    high = table.take("high", toml_file.whole(2, MAX_HIGH), 5)
    count = high - low + 1
    named = Scale().names if count == len(Scale().names) else tuple(f"Level {n}" for n in range(low, high + 1))
    names = table.each("names", toml_file.text(texts.OPTION_LIMIT), named)
    if len(names) != count and not table.faulty("low", "high"):
        table.fault("names", f"has {len(names)} names for the {count} levels {low} to {high}", "name each level once")
    for name in _twice(name.casefold() for name in names):
        table.fault("names", f"has the name {quoted(name)} twice", "give every level a name of its own")
    if NOT_ASSESSED.casefold() in (name.casefold() for name in names):
        table.fault("names", f'"{NOT_ASSESSED}" is already the option for no rating', "choose another name")
    table.close()
    return Scale(low, high, names if len(names) == count else named)


def _competencies(top: Table, scale: Scale) -> tuple[Competency, ...]:
    tables = top.tables("competency")
    if top.values.get("competency", []) == []:
        top.fault("competency", "the role has no competency", 'add [[competency]] with id = "..." and name = "..."')
    competencies = tuple(_competency(table, scale) for table in tables)
    _differ(tables, "id", [competency.id for competency in competencies])
    _differ(tables, "name", [competency.name for competency in competencies])
    if competencies and not any(competency.weight for competency in competencies):
        tables[0].fault("weight", "all weights are 0, so that no score exists", "give one competency a weight above 0")
    return competencies


def _competency(table: Table, scale: Scale) -> Competency:
    id_ = table.need("id", toml_file.identifier, '"databases"')
    must_have = table.take("must_have", toml_file.flag, False)
    threshold = table.take("threshold", toml_file.number(scale.low, scale.high), None)
    middle = Fraction(scale.low + scale.high, 2)
    if table.has("threshold") and not must_have and table.values.get("must_have") in (None, False):
        table.fault("threshold", "has no effect without must_have", "add must_have = true, or delete the threshold")
    competency = Competency(
        id=id_,
        name=table.take("name", toml_file.text(), id_.replace("-", " ").capitalize()),
        weight=table.take("weight", toml_file.number(), Fraction(1)),
        why=table.take("why", toml_file.block(), ""),
        threshold=(middle if threshold is None else threshold) if must_have else None,
    )
    table.close()
    return competency


def _rounds(top: Table, competencies: list[str]) -> tuple[Round, ...]:
    tables = top.tables("round")
    rounds = tuple(_round(table, competencies) for table in tables)
    _differ(tables, "id", [round_.id for round_ in rounds])
    _differ(tables, "name", [round_.name for round_ in rounds])
    return rounds


def _round(table: Table, known: list[str]) -> Round:
    id_ = table.need("id", toml_file.identifier, '"technical"')
    covered = table.each("competencies", toml_file.text())
    if not covered and not table.faulty("competencies"):
        table.fault("competencies", "the round covers no competency", 'name them: competencies = ["databases"]')
    for name in covered:
        if name not in known:
            table.fault("competencies", f"there is no competency {quoted(name)}", did_you_mean(name, known))
    for name in _twice(covered):
        table.fault("competencies", f"names {quoted(name)} twice", "name it once")
    round_ = Round(
        id=id_,
        name=table.take("name", toml_file.text(), id_.replace("-", " ").capitalize()),
        competencies=covered,
        minutes=table.take("minutes", toml_file.whole(0, 1_440), 60),
    )
    table.close()
    return round_


def _form(table: Table, role_title: str) -> FormTexts:
    collection = toml_file.choice("verified", "responder-input", "none")
    form = FormTexts(
        title=table.take("title", toml_file.text(), f"Interview scorecard: {role_title}"),
        description=table.take("description", toml_file.block(), HOW_TO_RATE),
        email_collection=cast("EmailCollection", table.take("email_collection", collection, "verified")),
    )
    table.close()
    return form


def _panel(table: Table) -> PanelPolicy:
    panel = PanelPolicy(min_scorecards=table.take("min_scorecards", toml_file.whole(1, 100), 2))
    table.close()
    return panel


def _release(table: Table) -> Release:
    release = table.take("rule", toml_file.choice("always", "panel-complete"), "always")
    table.close()
    return cast("Release", release)


def _ranking(table: Table) -> RankingPolicy:
    ranking = RankingPolicy(
        min_coverage=table.take("min_coverage", toml_file.number(0, 1), Fraction(7, 10)),
        min_interviewers=table.take("min_interviewers", toml_file.whole(1, 100), 2),
        tier_probability=float(
            table.take("tier_probability", toml_file.number(Fraction(1, 2), Fraction(999, 1000)), Fraction(9, 10))
        ),
    )
    table.close()
    return ranking


def _sharing(table: Table) -> Sharing:
    sharing = Sharing(
        responders=table.each("responders", _grantee),
        managers=table.each("managers", _manager),
    )
    table.close()
    return Sharing(tuple(dict.fromkeys(sharing.responders)), tuple(dict.fromkeys(sharing.managers)))


def _grantee(value: Any) -> Grantee:
    name = toml_file.text()(value)
    if name == "anyone":
        return Grantee("anyone")
    return Grantee("user", email_address(name)) if "@" in name else Grantee("domain", domain_name(name))


def _manager(value: Any) -> Grantee:
    grantee = _grantee(value)
    if grantee.kind == "anyone":
        raise Unusable(
            '"anyone" would open the candidates\' scorecards to the world', "name people by e-mail address, or a domain"
        )
    return grantee


def _differ(tables: list[Table], key: str, values: list[str]) -> None:
    folded = [value.casefold() for value in values]
    for index, value in enumerate(folded):
        first = folded.index(value)
        if value and first < index and tables[index].has(key):
            line = tables[first].document.line(tables[first].key(key))
            what = f"{quoted(values[index])} is already the {key} in line {line}"
            tables[index].fault(key, what, f"give one of the two another {key}")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
