"""What the form of one round should be: rubric in, Google's items out, each with an id of ours.

Nothing here knows what the form is now; `planning` compares.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.form import ids
from pipeline.form.fields import Field, Join, Json, Kind
from pipeline.scorecard import NOT_ASSESSED, RECOMMENDATIONS, Question, Round, Rubric, Scale

EMAIL_COLLECTION = {
    "verified": "VERIFIED",
    "responder-input": "RESPONDER_INPUT",
    "none": "DO_NOT_COLLECT",
}


@dataclass(frozen=True)
class FormDesign:
    """A whole form: `items[i]` is what `join[i]` stands for."""

    info: Json
    settings: Json
    items: tuple[Json, ...]
    join: Join

    @property
    def fingerprint(self) -> str:
        """12 hex digits over everything in it: a saved plan holds for one design only."""
        whole = [self.info, self.settings, self.items]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:12]


def design(
    rubric: Rubric,
    round_: Round,
    *,
    title: str,
    description: str,
    email_collection: str,
    candidates: Sequence[str],
) -> FormDesign:
    """The form of one round.

    Args:
        email_collection: `verified`, `responder-input` or `none`; with `none` the form asks for the e-mail itself.
        candidates: names for the drop-down; while there are none the candidate's name is typed.
    """
    parts = list(_parts(rubric, round_, email_collection, candidates))
    keys = [f"{kind}:{ref}" for kind, ref, _ in parts]
    assigned = ids.assign([f"item {key}" for key in keys] + [f"question {key}" for key in keys])
    items: list[Json] = []
    join: list[Field] = []
    for key, (kind, ref, item) in zip(keys, parts, strict=True):
        item_id, question_id = assigned[f"item {key}"], assigned[f"question {key}"]
        asks = "questionItem" in item
        items.append(with_ids(item, item_id, question_id))
        join.append(Field(kind, ref, question_id if asks else item_id))
    return FormDesign(
        info={"title": one_line(title), "description": paragraphs(description)},
        settings={"emailCollectionType": EMAIL_COLLECTION[email_collection]},
        items=tuple(items),
        join=tuple(join),
    )


def with_ids(item: Json, item_id: str, question_id: str) -> Json:
    """The item under these ids; a question item names its question as well."""
    named = {"itemId": item_id, **{name: value for name, value in item.items() if name != "itemId"}}
    if "questionItem" in item:
        asked = item["questionItem"]
        named["questionItem"] = {**asked, "question": {**asked["question"], "questionId": question_id}}
    return named


def name_of_candidate(text: str) -> str:
    """A candidate's name as we compare it: NFC, trimmed, single spaces."""
    return one_line(unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """Titles and options may hold no newline."""
    return " ".join(text.split())


def paragraphs(text: str) -> str:
    """Descriptions keep their lines; ends and line endings are made alike so that comparing them is fair."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def rating_options(question: Question, scale: Scale) -> list[str]:
    """One option a level, its number first: a scorecard is read back by that number, whatever the words become."""
    options = []
    for level in scale.levels:
        anchor = one_line(question.anchors.get(level, ""))
        label = f"{level} · {one_line(scale.name(level))}"
        options.append(f"{label}: {anchor}" if anchor else label)
    return [*options, NOT_ASSESSED]


Part = tuple[Kind, str, Json]


def _parts(rubric: Rubric, round_: Round, email_collection: str, candidates: Sequence[str]) -> Iterator[Part]:
    """The form from top to bottom: (kind, ref, item without ids)."""
    if email_collection == "none":
        yield "interviewer", "", _text("Your e-mail", "So that your scorecard counts as yours.", required=True)
    names = list(dict.fromkeys(filter(None, map(name_of_candidate, candidates))))
    if names:
        yield "candidate", "", _choice("Candidate", "", "DROP_DOWN", names)
    else:
        yield "typed-candidate", "", _text("Candidate", "First and last name, as in the invitation.", required=True)
    yield "note", "how-to-rate", _note("How to rate", _how_to_rate(rubric.scale))
    yield "note", "blind", _note("Before you talk to anyone", BLIND_RULE)

    questions = rubric.questions_in(round_)
    for competency in rubric.competencies:
        own = [q for q in questions if q.competency == competency.id]
        if not own:
            continue
        yield "page", competency.id, _page(competency.name, "")
        for question in own:
            options = rating_options(question, rubric.scale)
            yield "rating", question.id, _choice(question.question, guide(question), "RADIO", options)
        yield (
            "evidence",
            competency.id,
            _text(
                f"Evidence: {competency.name}",
                "What the candidate said or did that led to your ratings, in their words where you can.",
                paragraph=True,
            ),
        )

    yield "page", "", _page("Overall", "Look back over your ratings before you answer.")
    yield (
        "recommendation",
        "",
        _choice(
            "Overall recommendation", "Would you hire this candidate for this role?", "RADIO", list(RECOMMENDATIONS)
        ),
    )
    yield "summary", "", _text("Summary", "Two or three sentences for the hiring manager.", paragraph=True)
    yield "concerns", "", _text("Concerns", "What should be looked into before a decision?", paragraph=True)


BLIND_RULE = (
    "Send this scorecard before you speak with the other interviewers or see what they think. "
    "You can send it again later: your latest scorecard for this candidate counts."
)


def _how_to_rate(scale: Scale) -> str:
    levels = "\n".join(f"{level} · {one_line(scale.name(level))}" for level in scale.levels)
    return (
        "For each question choose the level whose text comes closest to the answer you heard:\n"
        f"{levels}\n\n"
        f"“{NOT_ASSESSED}” is for a question that you did not ask or could not judge. "
        "It is left out of the score; it is not a low rating.\n\n"
        "Under Evidence write what was said or done, not impressions."
    )


def guide(question: Question) -> str:
    """The question's description: what an interviewer needs at hand, short enough for a phone."""
    blocks = [
        _block("Why we ask", question.why),
        _bullets("Look for", question.look_for),
        _block("A strong answer", question.sample_answer),
        _bullets("Follow-ups", question.follow_ups),
        _bullets("Red flags", question.red_flags),
        _block("Time", f"about {question.minutes} min" if question.minutes else ""),
    ]
    return "\n\n".join(filter(None, blocks))


def _block(label: str, text: str) -> str:
    text = paragraphs(text)
    return f"{label}: {text}" if text else ""


def _bullets(label: str, lines: Sequence[str]) -> str:
    texts = list(filter(None, map(one_line, lines)))
    return "\n".join([f"{label}:", *(f"• {text}" for text in texts)]) if texts else ""


def _item(title: str, description: str, **body: Json) -> Json:
    item: Json = {"title": one_line(title)}
    if description:
        item["description"] = paragraphs(description)
    return {**item, **body}


def _page(title: str, description: str) -> Json:
    return _item(title, description, pageBreakItem={})


def _note(title: str, description: str) -> Json:
    return _item(title, description, textItem={})


def _text(title: str, description: str, *, required: bool = False, paragraph: bool = False) -> Json:
    question: Json = {"required": required, "textQuestion": {"paragraph": paragraph}}
    return _item(title, description, questionItem={"question": question})


def _choice(title: str, description: str, type_: str, options: Sequence[str]) -> Json:
    choice = {"type": type_, "options": [{"value": text} for text in options]}
    return _item(title, description, questionItem={"question": {"required": True, "choiceQuestion": choice}})
