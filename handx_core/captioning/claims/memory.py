"""Sentences that were read before: the same words in the same situation make the same clauses.

What belongs here: what a reading depends on beside its words. What does not: its clauses and claims (`readings`), and
reading (`reader`).

Captions say much the same of many clips, and reading costs ten times as much as looking up. A sentence is kept with
marks in place of what captions vary most (`said`), and its claims with it where nothing that the rest of the text says
can change them; "then" and the like, with which it may open, is no part of it. What it depends on of the text before
it is found out while it is read: as a rule nothing, or the number of clauses of the sentence before, to which a "then"
within it refers. A reading that looked back farther is not kept.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Any, Final, Protocol

from handx_core.captioning.claims.clauses import Clauses
from handx_core.captioning.claims.parts import Context, Member
from handx_core.captioning.claims.readings import Mentions, Reading

_MOST: Final = 30_000
_SPOKEN_OF: Final = ("subject", "named", "recent")
_ASKED_OF: Final = frozenset({*_SPOKEN_OF, "side"})
_PREVIOUS: Final = "previous"


class Before(Protocol):
    """What was read of a text so far. n_clauses: in all, and (n_previous) of the sentence before."""

    context: Context
    n_clauses: int
    n_previous: int


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
    """The latest readings.

    A key leads to a reading (in a tuple; None in it where it is not to be kept), or to the name of what else the
    reading depends on, whose value makes the key longer: what a sentence asks first is always the same, what it asks
    then may depend on it.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, tuple[Reading | None] | str] = OrderedDict()
        self._lock = Lock()  # captions are checked as they come while others are audited; one look-up needs none

    def find(self, key: tuple[Hashable, ...], before: Before) -> tuple[bool, Reading | None]:
        """Whether the sentence was read in this situation, and what became of it."""
        found = self._found.get(key)
        while isinstance(found, str):
            key = (*key, _value(found, before))
            found = self._found.get(key)
        return (False, None) if found is None else (True, *found)

    def keep(self, key: tuple[Hashable, ...], asked: Sequence[str], before: Before, reading: Reading | None) -> None:
        """Keep a reading by what it asked for, in order; forget the oldest."""
        with self._lock:
            for name in asked:
                self._found[key] = name
                key = (*key, _value(name, before))
            self._found[key] = (reading,)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)


def key_of(words: str, mentions: Mentions, before: Before) -> tuple[Hashable, ...]:
    """What the reading of a sentence depends on at least. words: with marks."""
    kinds = tuple([tuple([kind for kind, *_ in mention]) for mention in mentions]) if mentions else ()
    return words, kinds, before.n_clauses > 0


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


def _value(name: str, before: Before) -> Hashable:
    if name == _PREVIOUS:
        return before.n_previous
    return tuple(before.context.recent[-2:]) if name == "recent" else getattr(before.context, name)
