"""Sentences that were read before: the same words in the same situation make the same clauses.

What belongs here: what a reading depends on beside its words, and its clauses for use again. What does not: reading
(`claims`).

Captions say much the same of many clips, and reading costs ten times as much as looking up. A sentence is kept with
marks in place of the frames that it states. What it depends on of the text before it is found out while it is read: as
a rule nothing, or the number of clauses of the sentence before, to which "then" refers. A reading that looked back
farther is not kept.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from handx_core.captioning.claim_clauses import Clauses
from handx_core.captioning.claim_frames import Frames
from handx_core.captioning.claim_meaning import Clause
from handx_core.captioning.claim_parts import Context, Member, Part

Mentions = Sequence[tuple[Frames, ...]]
"""The frames that a sentence states, mention by mention."""

_MOST: Final = 30_000
_FIRST_MARK: Final = -1_000_000
"""Below all frames, even those counted from the end of a clip."""

_LISTS: Final = ("ways", "when", "manners", "joints")
_SPOKEN_OF: Final = ("subject", "named", "recent")
_PREVIOUS: Final = "previous"


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


class Watched(Context):
    """A context that notes in `asked` what is asked of it before it is said anew, in order."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.side, context.subject, context.named, [*context.recent])
        self.asked: list[str] = []
        self.said: set[str] = set()
        self.n_recent = len(context.recent)

    def __getattribute__(self, name: str) -> Any:
        if name in _SPOKEN_OF and "said" in self.__dict__ and name not in self.said and name not in self.asked:
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
    return sentence, kinds, before.side, bool(before.clauses)


def marked(mentions: Mentions) -> list[tuple[Frames, ...]]:
    """Marks in place of frames."""
    mark = iter(range(_FIRST_MARK, 0))
    return [tuple((kind, next(mark), next(mark)) for kind, *_ in mention) for mention in mentions]


def reading_of(after: Clauses, context: Watched, before: Clauses) -> Reading | None:
    """What became of a sentence that was read with marks; None if it is not to be kept.

    after: what was read, with this context. before: the same before the sentence.
    """
    start = len(before.clauses)
    own = {id(clause): place for place, clause in enumerate(after.clauses[start:])}
    own |= {id(clause): -1 - place for place, clause in enumerate(before.of_sentence(before.number))}
    known = {id(clause) for clause in before.clauses}
    orders: list[tuple[str, tuple[int, ...]] | None] = []
    for clause in after.clauses[start:]:
        relation, to = clause.order or ("", [])
        if any(id(other) in known and id(other) not in own for other in to):
            return None
        # What was taken back while the sentence was read is nothing that anything could be in relation to.
        places = tuple(own[id(other)] for other in to if id(other) in own)
        orders.append((relation, places) if clause.order else None)
    if after.looked_back:
        return None
    subject, named, recent = (context.__dict__[name] for name in _SPOKEN_OF)
    return Reading(
        tuple(after.clauses[start:]),
        tuple(orders),
        subject if "subject" in context.said else None,
        named if "named" in context.said else None,
        tuple(recent[context.n_recent :]),
    )


def recall(reading: Reading, mentions: Mentions, into: Clauses) -> None:
    """Add what became of a sentence, as if it had been read."""
    previous = into.of_sentence(into.number)
    into.begin()
    numbers = [number for mention in mentions for _, first, last in mention for number in (first, last)]
    frames = dict(enumerate(numbers, start=_FIRST_MARK))
    new = [_again(clause, frames, into.number) for clause in reading.clauses]
    for clause, order in zip(new, reading.orders, strict=True):
        if order is not None:
            clause.order = order[0], [new[at] if at >= 0 else previous[-1 - at] for at in order[1]]
    into.clauses += new
    context = into.context
    context.subject = context.subject if reading.subject is None else reading.subject
    context.named = context.named if reading.named is None else reading.named
    context.add_recent(reading.recent)


def _value(name: str, before: Clauses) -> Hashable:
    if name == _PREVIOUS:
        return len(before.of_sentence(before.number))
    return tuple(before.context.recent[-2:]) if name == "recent" else getattr(before.context, name)


def _again(clause: Clause, frames: dict[int, int], number: int) -> Clause:
    new = copy(clause)
    for name in _LISTS:
        setattr(new, name, [*getattr(clause, name)])
    new.frames = [(kind, frames.get(first, first), frames.get(last, last)) for kind, first, last in clause.frames]
    new.sentence = number
    return new
