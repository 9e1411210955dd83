"""One form held against one design, difference by difference. `planning` says what comes of it and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from pipeline.form import facets, ordering, words
from pipeline.form.changes import Change, FormPlan, Outcome
from pipeline.form.designing import FormDesign, with_ids
from pipeline.form.fields import Field, Join, Json, by_design, generation, generation_of, keys_by_id, known_as, of_kind
from pipeline.form.record import LastApplied

_FOREIGN, _REPLACED = "foreign:", "replaced:"


def info_requests(current: Json, design: FormDesign, names: Sequence[str] = ("title", "description")) -> list[Json]:
    have = facets.of_form(current)["form:info"]
    mask = [name for name in names if have[name] != design.info[name]]
    if not mask:
        return []
    info = {name: design.info[name] for name in mask}
    return [{"updateFormInfo": {"info": info, "updateMask": ",".join(mask)}}]


def settings_requests(design: FormDesign) -> list[Json]:
    return [{"updateSettings": {"settings": design.settings, "updateMask": "emailCollectionType"}}]


def form_fingerprints(design: FormDesign) -> dict[str, str]:
    whole = facets.of_form({"info": design.info, "settings": design.settings})
    return {key: facets.fingerprint(value) for key, value in whole.items()}


class Comparison:
    """One pass over form and design; each method settles one kind of difference and notes what it decided."""

    def __init__(
        self,
        current: Json,
        design: FormDesign,
        join: Sequence[Field] | None,
        applied: Mapping[str, str] | None,
        answers: Mapping[str, int],
        scorecards: Mapping[str, int],
        undo: bool,
        allow_destructive: bool,
    ) -> None:
        self.current, self.design = current, design
        self.last = LastApplied(applied)
        self.answers, self.scorecards = answers, scorecards
        self.undo, self.allow = undo, allow_destructive

        # a run may have ended before it recorded which way of naming the candidate it put in
        either = (by_design("typed-candidate"), by_design("candidate"))
        self.join = (*either, *design.join) if join is None else tuple(join)
        self.known = {field.key: field for field in (*design.join, *self.join)}  # the join in force wins
        items: list[Json] = current.get("items", [])
        self.taken = {id_ for item in items for id_ in (item.get("itemId", ""), known_as(item))}
        self.wanted = {field.key: item for field, item in zip(design.join, design.items, strict=True)}
        self.names = self._names(items, {field.key for field in join or ()})
        self.here = dict(zip(self.names, items, strict=True))

        self.changes: list[Change] = []
        self.updates: dict[str, tuple[Json, list[str]]] = {}
        self.new: dict[str, Json] = {}
        self.deleted: set[str] = set()
        self.held: list[str] = []  # ours, in the form, not in the design, kept for the answers in them
        self.absent: set[str] = set()  # in the design, but not to be in the form
        self.applied: dict[str, str] = {}

    def plan(self) -> FormPlan:
        head = self._form()
        self._candidate_question()
        for field in self.design.join:
            if field.key in self.absent or field.key in self.new:
                continue
            if field.key in self.here:
                self._compare(self.known[field.key])
            else:
                self._missing(self.known[field.key])
        self._no_longer_wanted()
        self._foreign()
        return self._batch(head, self._order(), self._join(), self.applied)

    def plan_candidates(self) -> FormPlan:
        """The same for the candidate question alone; everything else is left as it is and goes unmentioned."""
        self._candidate_question()
        chosen = self.known.get("candidate:")
        if chosen and chosen.key in self.here and chosen.key in self.wanted:
            now, want = facets.of_item(self.here[chosen.key]), facets.of_item(self.wanted[chosen.key])
            if "options" in now:
                self._candidates(chosen, now["options"], want["options"])
        successor = dict(zip(self.deleted, self.new, strict=True))
        target = [successor.get(name, name) for name in self.names]
        join = tuple(self.known[successor.get(field.key, field.key)] for field in self.join)
        applied = {successor.get(key, key): text for key, text in self.last.fingerprints.items()}
        return self._batch([], target, join, applied | self.applied)

    def _batch(self, head: Sequence[Json], target: Sequence[str], join: Join, applied: Mapping[str, str]) -> FormPlan:
        survivors = [name for name in self.names if name not in self.deleted]
        return FormPlan(
            changes=tuple(self.changes),
            requests=(
                *head,
                *ordering.deletions(self.names, self.deleted),
                *(self._update(name, survivors.index(name)) for name in survivors if name in self.updates),
                *ordering.placements(survivors, target, self.new),
            ),
            join=join,
            applied=applied,
            revision_id=self.current.get("revisionId", ""),
            inputs=self.design.fingerprint,
            form=facets.of_whole(self.current),
        )

    # --- who is who -------------------------------------------------------------------------------------------------

    def _names(self, items: Sequence[Json], recorded: Set[str]) -> list[str]:
        """The key of each item of the form that is ours, and a name of its own for each that is not.

        A run may have ended before it recorded what it put in. That is ours too, and known again: by the ids that we
        give to later generations, or, if Google gave the ids, by being what the design has, to the letter.
        """
        keys = keys_by_id(self.design.join) | keys_by_id(self.join)
        found = {keys[known_as(item)] for item in items if known_as(item) in keys}
        for field in self.known.values():
            if field.key not in found:
                keys |= {generation(field, number)[1]: field.key for number in range(2, 6)}
        unrecorded = {key: facets.of_item(item) for key, item in self.wanted.items() if key not in found | recorded}
        names: list[str] = []
        for item in items:
            key = keys.get(known_as(item), "")
            if not key:
                now = facets.of_item(item)
                key = next((key for key, want in unrecorded.items() if want == now), "")
            unrecorded.pop(key, None)
            if key and key not in names:
                names.append(key)
                field = self.known[key]
                self.known[key] = Field(field.kind, field.ref, known_as(item))
            else:
                names.append(f"{_FOREIGN}{item.get('itemId', '')}")
        return names

    def _stake(self, field: Field) -> int:
        return self.answers.get(field.question_id, 0)

    # --- the form itself --------------------------------------------------------------------------------------------

    def _form(self) -> list[Json]:
        """Title, description and e-mail collection."""
        have = facets.of_form(self.current)
        want = facets.of_form({"info": self.design.info, "settings": self.design.settings})
        self.applied |= form_fingerprints(self.design)
        to_change = []
        for key, wanted in want.items():
            for name, value in wanted.items():
                now = have[key][name]
                if now == value:
                    continue
                if self.last.whose(key, name, now) == "by hand":
                    self._by_hand(words.edited("the form", name, now, value))
                    if not self.undo:
                        continue
                else:
                    self.changes.append(Change(f"form-{name}", "safe", words.changed("the form", name, now, value)))
                to_change.append(name)
        requests = info_requests(self.current, self.design, [n for n in to_change if n != "collection"])
        return [*requests, *(settings_requests(self.design) if "collection" in to_change else [])]

    def _by_hand(self, what: str, kind: str = "edited-by-hand") -> None:
        outcome: Outcome = "apply" if self.undo else "keep"
        self.changes.append(Change(kind, "drift", f"{what}; {'undone' if self.undo else 'kept'}", outcome=outcome))

    # --- items on both sides ----------------------------------------------------------------------------------------

    def _compare(self, field: Field) -> None:
        item = self.here[field.key]
        now, want = facets.of_item(item), facets.of_item(self.wanted[field.key])
        self.applied[field.key] = facets.fingerprint(want)
        if now["kind"] != want["kind"]:
            self._kind_changed(field, now, want)
            return
        label = words.label(field, item)
        for name, value in want.items():
            if field.kind == "candidate" and name == "options":
                self._candidates(field, now[name], value)
            elif now[name] != value:
                if self.last.whose(field.key, name, now[name]) == "by hand":
                    self._by_hand(words.edited(label, name, now[name], value))
                    if not self.undo:
                        continue
                else:
                    self.changes.append(words.our_change(field, label, name, now[name], value, self._stake(field)))
                self._set(field.key, name, value)

    def _set(self, key: str, name: str, value: Any) -> None:
        item, masks = self.updates.get(key, (self.here[key], []))
        self.updates[key] = (facets.with_facet(item, name, value), [*masks, facets.MASKS[name]])

    def _update(self, key: str, index: int) -> Json:
        """The whole item as it was read, ids and all; the mask says what of it is new."""
        item, masks = self.updates[key]
        return {"updateItem": {"item": item, "location": {"index": index}, "updateMask": ",".join(masks)}}

    def _kind_changed(self, field: Field, now: facets.Facets, want: facets.Facets) -> None:
        """Google cannot turn one kind of question into another: a new question takes its place, under a new id."""
        stake = self._stake(field)
        label = words.label(field, self.here[field.key])
        by_hand = self.last.whose(field.key, "kind", now["kind"]) == "by hand"
        if by_hand and not self.undo:
            self._by_hand(words.edited(label, "kind", now["kind"], want["kind"]))
            if field.kind == "candidate" and "options" in now:  # the panel's changes are made all the same
                self._candidates(field, now["options"], want["options"])
            return
        what = words.edited if by_hand else words.changed
        self._destroy("kind-changed", what(label, "kind", now["kind"], want["kind"]), stake)
        if not self.allow:
            self.applied[field.key] = self._fingerprint_before(field.key)
            return
        replaced = f"{_REPLACED}{field.key}"
        self.names[self.names.index(field.key)] = replaced
        self.deleted.add(replaced)
        self._create(field, anew=True)

    def _destroy(self, kind: str, what: str, stake: int) -> None:
        outcome: Outcome = "apply" if self.allow else "hold"
        self.changes.append(Change(kind, "destroys-answers", words.at_stake(what, stake), stake, outcome))

    def _fingerprint_before(self, key: str) -> str:
        return self.last.fingerprints.get(key) or facets.fingerprint(facets.of_item(self.here[key]))

    def _candidates(self, field: Field, now: Sequence[Any], want: Sequence[str]) -> None:
        """The drop-down, name by name."""
        have = {facets.text_of(option): option for option in now}
        ours = self.last.options(field.key)
        keep: list[str] = []
        held: list[str] = []
        for name in have:
            if name in want:
                continue
            stake = self.scorecards.get(name, 0)
            if ours is not None and facets.digest(name) not in ours:
                self._by_hand(f"candidate {name} was added to the drop-down by hand", "candidate-added-by-hand")
                if not self.undo:
                    keep.append(name)
            elif stake:
                self._destroy("candidate-removed", f"candidate {name} leaves the drop-down", stake)
                if not self.allow:
                    held.append(name)
            else:
                self.changes.append(Change("candidate-removed", "safe", f"candidate {name} leaves the drop-down"))
        result = []
        for name in want:
            if name not in have and ours is not None and facets.digest(name) in ours:
                self._by_hand(f"candidate {name} was taken out of the drop-down by hand", "candidate-removed-by-hand")
                if not self.undo:
                    continue
            elif name not in have:
                self.changes.append(Change("candidate-added", "safe", f"candidate {name} joins the drop-down"))
            result.append(name)
        result += held + keep
        self.applied[field.key] = facets.fingerprint(
            {**facets.of_item(self.wanted[field.key]), "options": [*want, *held]}
        )
        if result == list(have):
            return
        if set(result) == set(have):
            if ours is not None and ours != [facets.digest(name) for name in have] and not self.undo:
                return  # put in another order by hand
            self.changes.append(Change("candidates-reordered", "safe", "the drop-down's candidates change places"))
        self._set(field.key, "options", [have.get(name, name) for name in result])

    # --- items on one side ------------------------------------------------------------------------------------------

    def _candidate_question(self) -> None:
        """The first candidate turns the typed name into a drop-down; with answers in it that takes permission."""
        typed, chosen = of_kind(self.known.values(), "typed-candidate"), of_kind(self.known.values(), "candidate")
        for old, new in ((typed, chosen), (chosen, typed)):
            if not (old and new) or old.key not in self.here or new.key in self.here or new.key not in self.wanted:
                continue
            what = words.changed("the candidate question", "kind", _CANDIDATE[old.kind], _CANDIDATE[new.kind])
            stake = self._stake(old)
            if not stake:
                self.changes.append(Change("kind-changed", "safe", what))
            else:
                self._destroy("kind-changed", what, stake)
            if stake and not self.allow:
                self.absent.add(new.key)
                self._hold(old.key)
            else:
                self.deleted.add(old.key)
                self._create(new)

    def _missing(self, field: Field) -> None:
        label = words.label(field, self.wanted[field.key])
        if field.key in self.last:
            self._by_hand(f"{label} was deleted by hand", "deleted-by-hand")
            if not self.undo:
                self.absent.add(field.key)
                self.applied[field.key] = facets.fingerprint(facets.of_item(self.wanted[field.key]))
                return
        else:
            self.changes.append(Change(f"{words.sort_of(field)}-added", "safe", f"{label} is new"))
        self._create(field)

    def _create(self, field: Field, *, anew: bool = False) -> None:
        item = self.wanted[field.key]
        item_id, question_id = item["itemId"], field.question_id
        number = generation_of(field) if anew else 1
        while anew or item_id in self.taken:
            number += 1
            item_id, question_id = generation(field, number)
            anew = item_id in self.taken or question_id in self.taken
        self.taken |= {item_id, question_id}
        self.new[field.key] = with_ids(item, item_id, question_id)
        self.known[field.key] = Field(field.kind, field.ref, known_as(self.new[field.key]))
        self.applied[field.key] = facets.fingerprint(facets.of_item(item))

    def _no_longer_wanted(self) -> None:
        """Ours, in the form, not in the design. Pages last: one stays while its evidence question has to stay."""
        gone = [n for n in self.names if n in self.known and n not in self.wanted and n not in self.deleted]
        for name in gone:
            if "questionItem" in self.here[name] and name not in self.held:
                field = self.known[name]
                what = f"{words.label(field, self.here[name])} is removed"
                self._destroy("question-removed", what, self._stake(field))
                if self.allow:
                    self.deleted.add(name)
                else:
                    self._hold(name)
        for name in gone:
            if "questionItem" in self.here[name]:
                continue
            field = self.known[name]
            if field.kind == "page" and f"evidence:{field.ref}" in self.held:
                self._hold(name)
            else:
                label = words.label(field, self.here[name])
                self.changes.append(Change(f"{words.sort_of(field)}-removed", "safe", f"{label} is removed"))
                self.deleted.add(name)

    def _hold(self, name: str) -> None:
        self.held.append(name)
        self.applied[name] = self._fingerprint_before(name)

    def _foreign(self) -> None:
        for name in self.names:
            if name.startswith(_FOREIGN):
                title = words.quoted(self.here[name].get("title", "") or "an item without a title")
                what = f"{title} was added by hand; it is left as it is"
                self.changes.append(Change("added-by-hand", "drift", what, outcome="keep"))

    # --- the whole --------------------------------------------------------------------------------------------------

    def _order(self) -> list[str]:
        """The names from top to bottom as they shall be."""
        survivors = [name for name in self.names if name not in self.deleted]
        wanted = [key for key in self.wanted if key not in self.absent]
        now = [name for name in survivors if name in self.wanted]
        want = [name for name in wanted if name in self.here and name not in self.new]
        ours = wanted
        if now != want:
            by_hand = [name for name in now if name in self.last] != self.last.order(now)
            titles = {key: words.label(self.known[key], self.wanted[key]) for key in self.wanted}
            for name in ordering.moved(now, want):
                place = want.index(name)
                behind = f"behind {titles[want[place - 1]]}" if place else "to the top"
                if by_hand:
                    self._by_hand(f"{titles[name]} was moved by hand; its place is {behind}", "moved-by-hand")
                else:
                    self.changes.append(Change("moved", "safe", f"{titles[name]} moves {behind}"))
            if by_hand and not self.undo:
                ours = ordering.insert_new(now, wanted)
        return ordering.arrange(survivors, ours)

    def _join(self) -> Join:
        """What is designed and what is held, by the ids in force; what was deleted by hand keeps its answers' id."""
        switched = {name for name in self.absent if name in ("candidate:", "typed-candidate:")}
        designed = [self.known[key] for key in self.wanted if key not in switched]
        return (*designed, *(self.known[name] for name in self.held))


_CANDIDATE = {"typed-candidate": "typed name", "candidate": "drop-down"}
