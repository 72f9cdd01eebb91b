"""What a sentence was read as, for use again with other frames, speeds and times.

What belongs here: a reading, the marks in it that stand for what captions vary most, and its clauses and claims with
what they stand for. What does not: what a reading depends on (`memory`), and reading (`reader`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from handx_core.captioning.claims.claim import Claim, Clause, changed
from handx_core.captioning.claims.clauses import Clauses, before_it
from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.meaning import claims_of
from handx_core.captioning.claims.parts import Context, Member, Part
from handx_core.captioning.claims.said import Values, is_mark
from handx_core.captioning.claims.telling import give_place, is_settled

Mentions = Sequence[tuple[Frames, ...]]
"""The frames that a sentence states, mention by mention."""

_FIRST_MARK: Final = -1_000_000
"""Below all frames, even those counted from the end of a clip."""

_LISTS: Final = ("ways", "frames", "when", "manners", "joints")
_SOME_ORDER: Final[tuple[str, list[Clause]]] = ("", [])


class Settled(NamedTuple):
    """The claims of a sentence by itself: all of them, which of these have marks, and which are of which clause."""

    claims: tuple[Claim, ...]
    marked: tuple[int, ...]
    places: tuple[range, ...]

    def places_from(self, start: int) -> list[range]:
        """Where the claims of each clause are in a text in which those of the sentence begin at a place."""
        return [range(start + own.start, start + own.stop) for own in self.places]


@dataclass(frozen=True)
class Reading:
    """What became of a sentence: its clauses, with marks, and what was spoken of in it.

    orders: for each clause the relation and what it is to: clauses of the sentence by their place, those of the one
    before by -1 less theirs. subject, named: None where they stay what they were. recent: what was added.
    """

    clauses: tuple[Clause, ...]
    orders: tuple[tuple[str, tuple[int, ...]] | None, ...]
    subject: Part | None
    named: Part | None
    recent: tuple[Member, ...]
    _settled: dict[tuple[str, bool], Settled | None] = field(default_factory=dict)

    def settled(self, side: str, follows: bool) -> Settled | None:
        """What it claims in a text about a side; None if the rest of the text may yet change that. follows: whether the
        sentence is told to follow on the one before."""
        key = (side, follows)
        if key not in self._settled:
            self._settled[key] = self._claims(side, follows)
        return self._settled[key]

    def _claims(self, side: str, follows: bool) -> Settled | None:
        touches = any(clause.value == "contact" for clause in self.clauses)
        if not all(is_settled(clause, touches) for clause in self.clauses):
            return None
        clauses = [_copy(clause) for clause in self.clauses]
        if follows:
            clauses[0].order = clauses[0].order or _SOME_ORDER
        found: list[Claim] = []
        places = []
        for clause in clauses:
            start = len(found)
            found += claims_of(clause, side)
            places.append(range(start, len(found)))
        marked = (at for at, claim in enumerate(found) if _has_marks(claim))
        return Settled(tuple(found), tuple(marked), tuple(places))

    def tell(self, context: Context) -> None:
        """Have what is spoken of be what it is after the sentence."""
        context.subject = context.subject if self.subject is None else self.subject
        context.named = context.named if self.named is None else self.named
        context.add_recent(self.recent)


def _has_marks(claim: Claim) -> bool:
    return bool(claim.frames) or any(map(is_mark, (claim.speed, *claim.when, *claim.ways)))


class Sentence(NamedTuple):
    """A sentence of a text. opening: how it follows on the one before, if it does. values: of its marks."""

    reading: Reading
    opening: str
    values: Values


def settled_claims(sentences: Sequence[Sentence], side: str) -> list[Claim] | None:
    """The claims of a text, with their order in time; None if they cannot be told sentence by sentence."""
    found: list[Claim] = []
    orders: list[tuple[str, Sequence[range], range, range]] = []
    before: tuple[Settled, int] = _NOTHING, 0
    for reading, opening, values in sentences:
        follows = bool(opening and before[0].places)
        settled = reading.settled(side, follows)
        if settled is None:
            return None
        start = len(found)
        found += settled.claims
        for at in settled.marked:
            found[start + at] = _filled(settled.claims[at], values)
        if follows or any(reading.orders):
            previous, places = before[0].places_from(before[1]), settled.places_from(start)
            sentence = range(start, len(found))
            if follows and reading.orders[0] is None:
                orders.append((opening, before_it(opening, previous), places[0], sentence))
            for own, order in zip(places, reading.orders, strict=True):
                if order is not None:
                    to = [places[at] if at >= 0 else previous[-1 - at] for at in order[1]]
                    orders.append((order[0], to, own, sentence))
        before = settled, start
    for relation, others, own, sentence in orders:
        give_place(found, relation, others, own, sentence)
    return found


_NOTHING: Final = Settled((), (), ())


def _filled(claim: Claim, values: Values) -> Claim:
    """A claim with what its marks stand for."""
    changes: dict[str, object] = {}
    if claim.frames:
        changes["frames"] = _unmarked(claim.frames, values)
    if claim.speed in values:
        changes["speed"] = values[claim.speed]
    if claim.when:
        changes["when"] = _meant(claim.when, values)
    if claim.ways:
        changes["ways"] = _meant(claim.ways, values)
    return changed(claim, **changes)


def _meant(words: Sequence[str], values: Values) -> tuple[str, ...]:
    return tuple(dict.fromkeys([values.get(word, word) for word in words]))


def recall(sentence: Sentence, into: Clauses) -> None:
    """Add what became of a sentence, as if it had been read."""
    reading, opening, values = sentence
    previous = into.of_sentence(into.number)
    into.number += 1
    new = [_again(clause, values, into.number) for clause in reading.clauses]
    for clause, order in zip(new, reading.orders, strict=True):
        if order is not None:
            clause.order = order[0], [new[at] if at >= 0 else previous[-1 - at] for at in order[1]]
    if opening and previous and new[0].order is None:
        new[0].order = opening, before_it(opening, previous)
    into.clauses += new
    reading.tell(into.context)


def _again(clause: Clause, values: Values, number: int) -> Clause:
    new = _copy(clause)
    new.sentence = number
    new.frames = [*_unmarked(clause.frames, values)]
    new.when = [values.get(when, when) for when in clause.when]
    new.ways = [values.get(way, way) for way in clause.ways]
    new.speed = values.get(clause.speed, clause.speed)
    return new


def marked(mentions: Mentions) -> list[tuple[Frames, ...]]:
    """Marks in place of frames."""
    mark = iter(range(_FIRST_MARK, 0))
    return [tuple((kind, next(mark), next(mark)) for kind, *_ in mention) for mention in mentions]


def frames_of(mentions: Mentions) -> dict[int, int]:
    """What the marks of `marked` stand for."""
    numbers = [number for mention in mentions for _, first, last in mention for number in (first, last)]
    return dict(zip(range(_FIRST_MARK, 0), numbers, strict=False))


def _unmarked(stated: Sequence[Frames], values: Values) -> tuple[Frames, ...]:
    return tuple([(kind, values.get(first, first), values.get(last, last)) for kind, first, last in stated])


def _copy(clause: Clause) -> Clause:
    new = clause.alike()
    for name in _LISTS:
        setattr(new, name, [*getattr(clause, name)])
    return new
