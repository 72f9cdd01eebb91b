"""Sentences that were read before: the same words in the same situation make the same clauses.

What belongs here: what a reading depends on beside its words, and its clauses for use again. What does not: reading
(`reader`).

Captions say much the same of many clips, and reading costs ten times as much as looking up. A sentence is kept with
marks in place of the frames that it states, and the claims of its clauses with it as far as nothing that the rest of
the text says can change them; "then" and the like, with which it may open, is no part of it. What it depends on of the
text before it is found out while it is read: as a rule nothing, or the number of clauses of the sentence before, to
which a "then" within it refers. A reading that looked back farther is not kept.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from handx_core.captioning.claims.claim import Claim, Clause, changed
from handx_core.captioning.claims.clauses import Clauses, before_it
from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.meaning import claims_of
from handx_core.captioning.claims.parts import Context, Member, Part
from handx_core.captioning.claims.telling import is_settled

Mentions = Sequence[tuple[Frames, ...]]
"""The frames that a sentence states, mention by mention."""

_MOST: Final = 30_000
_FIRST_MARK: Final = -1_000_000
"""Below all frames, even those counted from the end of a clip."""

_LISTS: Final = ("ways", "frames", "when", "manners", "joints")
_SPOKEN_OF: Final = ("subject", "named", "recent")
_ASKED_OF: Final = frozenset({*_SPOKEN_OF, "side"})
_PREVIOUS: Final = "previous"
_SOME_ORDER: Final[tuple[str, list[Clause]]] = ("", [])
FOLLOWING: Final = {"then": "after", "earlier": "before", "meanwhile": "meanwhile"}
"""How a sentence that opens with a link follows on the one before."""


@dataclass(frozen=True)
class Reading:
    """What became of a sentence: its clauses, with marks as frames, and what was spoken of in it.

    orders: for each clause the relation and what it is to: clauses of the sentence by their place, those of the one
    before by -1 less theirs. subject, named: None where they stay what they were. recent: what was added.
    """

    clauses: tuple[Clause, ...]
    orders: tuple[tuple[str, tuple[int, ...]] | None, ...]
    subject: Part | None
    named: Part | None
    recent: tuple[Member, ...]
    claims: dict[tuple[str, bool], tuple[tuple[Claim, ...] | None, ...]] = field(default_factory=dict)

    def claims_of(self, side: str, follows: bool) -> tuple[tuple[Claim, ...] | None, ...]:
        """The claims of each clause in a text about a side, with marks as frames; None of one that the text may yet
        change. follows: whether the sentence is told to follow on the one before."""
        found = self.claims.get((side, follows))
        if found is None:
            in_row = any(clause.begins or clause.ends for clause in self.clauses)
            touches = any(clause.value == "contact" for clause in self.clauses)
            clauses = [_copy(clause) for clause in self.clauses]
            if follows:
                clauses[0].order = clauses[0].order or _SOME_ORDER
            found = tuple(
                None if in_row or not is_settled(clause, touches) else tuple(claims_of(clause, side))
                for clause in clauses
            )
            self.claims[side, follows] = found
        return found


class Watched(Context):
    """A context that notes in `asked` what is asked of it before it is said anew, in order."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.side, context.subject, context.named, [*context.recent])
        self.asked: list[str] = []
        self.said: set[str] = set()
        self.n_recent = len(context.recent)

    def __getattribute__(self, name: str) -> Any:
        if name in _ASKED_OF and "said" in self.__dict__ and name not in self.said and name not in self.asked:
            self.asked.append(name)
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SPOKEN_OF and "said" in self.__dict__:
            self.said.add(name)
        super().__setattr__(name, value)

    def add_recent(self, members: Sequence[Member]) -> None:
        self.__dict__["recent"] += members


class Memory:
    """The readings of the sentences that came last.

    A key leads to a reading, to None where it is not to be kept, or to the name of what else the reading depends on,
    whose value makes the key longer: what a sentence asks first is always the same, what it asks then may depend on it.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Reading | str | None] = OrderedDict()
        self._lock = Lock()  # captions are checked as they come while others are audited

    def find(self, key: tuple[Hashable, ...], before: Clauses) -> tuple[bool, Reading | None]:
        """Whether the sentence was read in this situation, and what became of it."""
        with self._lock:
            while key in self._found:
                self._found.move_to_end(key)
                found = self._found[key]
                if not isinstance(found, str):
                    return True, found
                key = (*key, _value(found, before))
        return False, None

    def keep(self, key: tuple[Hashable, ...], asked: Sequence[str], before: Clauses, reading: Reading | None) -> None:
        """Keep a reading by what it asked for, in order; forget those that were not used for longest."""
        with self._lock:
            for name in asked:
                self._found[key] = name
                key = (*key, _value(name, before))
            self._found[key] = reading
            while len(self._found) > _MOST:
                self._found.popitem(last=False)


def key_of(sentence: str, mentions: Mentions, before: Clauses) -> tuple[Hashable, ...]:
    """What the reading of a sentence depends on at least. sentence: with marks for mentions of frames."""
    kinds = tuple(tuple(kind for kind, *_ in mention) for mention in mentions)
    return sentence, kinds, bool(before.clauses)


def marked(mentions: Mentions) -> list[tuple[Frames, ...]]:
    """Marks in place of frames."""
    mark = iter(range(_FIRST_MARK, 0))
    return [tuple((kind, next(mark), next(mark)) for kind, *_ in mention) for mention in mentions]


def reading_of(after: Clauses, context: Watched, before: Clauses) -> Reading | None:
    """What became of a sentence that was read with marks; None if it is not to be kept.

    after: what was read, with this context. before: the same before the sentence.
    """
    start = len(before.clauses)
    new = after.clauses[start:]
    own = {id(clause): place for place, clause in enumerate(new)}
    own |= {id(clause): -1 - place for place, clause in enumerate(before.of_sentence(before.number))}
    known = {id(clause) for clause in before.clauses}
    orders: list[tuple[str, tuple[int, ...]] | None] = []
    for clause in new:
        relation, to = clause.order or ("", [])
        if any(id(other) in known and id(other) not in own for other in to):
            return None
        # What was taken back while the sentence was read is nothing that anything could be in relation to.
        places = tuple(own[id(other)] for other in to if id(other) in own)
        orders.append((relation, places) if clause.order else None)
    if after.looked_back:
        return None
    for clause in new:
        clause.order = clause.order and (clause.order[0], [])  # what it is to is kept in `orders`, not whole texts
    subject, named, recent = (context.__dict__[name] for name in _SPOKEN_OF)
    return Reading(
        tuple(new),
        tuple(orders),
        subject if "subject" in context.said else None,
        named if "named" in context.said else None,
        tuple(recent[context.n_recent :]),
    )


def recall(reading: Reading, mentions: Mentions, into: Clauses, opening: str) -> None:
    """Add what became of a sentence, as if it had been read. opening: how it follows on the one before, if it does."""
    previous = into.of_sentence(into.number) if opening or any(reading.orders) else []
    follows = bool(opening and previous)
    into.number += 1
    frames = _frames_of(mentions) if mentions else {}
    new = [
        _again(clause, claims, frames, into.number)
        for clause, claims in zip(reading.clauses, reading.claims_of(into.side, follows), strict=True)
    ]
    for clause, order in zip(new, reading.orders, strict=True):
        if order is not None:
            clause.order = order[0], [new[at] if at >= 0 else previous[-1 - at] for at in order[1]]
    if follows and new[0].order is None:
        new[0].order = opening, before_it(opening, previous)
    into.clauses += new
    context = into.context
    context.subject = context.subject if reading.subject is None else reading.subject
    context.named = context.named if reading.named is None else reading.named
    context.add_recent(reading.recent)


def forget_claims(clauses: Sequence[Clause]) -> None:
    """Make clauses that were recalled their text's own: what is read next may look back at them and change them."""
    for clause in clauses:
        if clause.claims is not None:
            clause.claims = None
            _own_lists(clause)


def _frames_of(mentions: Mentions) -> dict[int, int]:
    """What the marks stand for."""
    numbers = [number for mention in mentions for _, first, last in mention for number in (first, last)]
    return dict(zip(range(_FIRST_MARK, 0), numbers, strict=False))


def _value(name: str, before: Clauses) -> Hashable:
    if name == _PREVIOUS:
        return len(before.of_sentence(before.number))
    return tuple(before.context.recent[-2:]) if name == "recent" else getattr(before.context, name)


def _again(clause: Clause, claims: tuple[Claim, ...] | None, frames: Mapping[int, int], number: int) -> Clause:
    """A clause once more; with claims its lists are as they were, since nobody asks for more than the claims."""
    new = _copy(clause) if claims is None else clause.alike()
    new.sentence = number
    if clause.frames:
        new.frames = _unmarked(clause.frames, frames)
        if claims:
            claims = tuple([changed(claim, frames=tuple(_unmarked(claim.frames, frames))) for claim in claims])
    new.claims = claims
    return new


def _unmarked(stated: Iterable[Frames], frames: Mapping[int, int]) -> list[Frames]:
    return [(kind, frames.get(first, first), frames.get(last, last)) for kind, first, last in stated]


def _copy(clause: Clause) -> Clause:
    new = clause.alike()
    _own_lists(new)
    return new


def _own_lists(clause: Clause) -> None:
    for name in _LISTS:
        setattr(clause, name, [*getattr(clause, name)])
