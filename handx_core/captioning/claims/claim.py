"""Claims, and the clauses of a text from which they come.

What belongs here: what a claim is, and what a clause is while it is read. What does not: reading clauses (`clauses`),
and what they claim (`meaning`).
"""

from dataclasses import dataclass, field
from typing import Final

from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.parts import NOBODY, Member, Part
from handx_core.captioning.claims.terms import Term
from handx_core.skeleton import FINGERS


@dataclass(frozen=True, slots=True)
class Order:
    """A claim's place in time to others. relation: "after", "before" or "meanwhile". to: any one of these claims. of:
    the claims that are in this relation as a whole, as those of "meanwhile, A and then B"; else the claim alone."""

    relation: str
    to: tuple[int, ...]
    of: tuple[int, ...] = ()


@dataclass(frozen=True)
class Claim:
    """One thing that a text says of a motion.

    what: "contact", "separation", "bend", "straighten", "hyperextended", and "flex" for
        any of them; the states "straight", "bent", "partly bent",
        "fully bent", "fist", "spread out", "together"; "spread", "close"; "move", "still"; "approach", "part", "near";
        "position" and "distance", with the state in `value`.
    subject, object: (hand, finger | "palm" | "hand"); an empty object of a contact is the subject's parts each other.
    value: a state of the events, "LEFT" ... "UP" or "Far" ... "Near"; a position is the right hand's from the left one.
    ways: where a hand moves, of "up down left right front back sideways". frames: as stated. when: coarse words for
        time, of `time_words.WHENS`. speed: one or more of "Slow", "Medium" and "Fast", or "". count: how often, 0
        where it is not said, -1 for "repeatedly". manners: of `time_words.MANNERS`, "comes first", "comes last",
        "or held". sequence: the fingers that come first and last, "" where it is not said. nth: which of several is
        meant, see `ORDINALS`. joints: "mcp", "pip" or "dip".
    how_many: of how many of the subject's fingers, or (of_object) of the object's, it is true; 0 where it is not said.
    some: true already if it is of one of the subject's fingers. passing: true already if a state holds at any time.
    turns: whether it is come to. loose: whether "all fingers" may be all but the thumb. order: in time.
    """

    what: str
    subject: tuple[Member, ...]
    object: tuple[Member, ...] = ()
    value: str = ""
    ways: tuple[str, ...] = ()
    frames: tuple[Frames, ...] = ()
    when: tuple[str, ...] = ()
    speed: str = ""
    count: int = 0
    manners: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()
    joints: tuple[str, ...] = ()
    negated: bool = False
    some: bool = False
    passing: bool = False
    turns: bool = False
    loose: bool = False
    nth: int = 0
    how_many: int = 0
    of_object: bool = False
    order: Order | None = None
    text: str = ""

    @property
    def fingers(self) -> tuple[str, ...]:
        """The subject's fingers, in anatomical order."""
        return tuple(finger for finger in FINGERS if any(thing == finger for _, thing in self.subject))


def changed(claim: Claim, **changes: object) -> Claim:
    """As `dataclasses.replace`, many times as fast: of most texts all is known but the frames and order of claims."""
    new = object.__new__(Claim)
    object.__setattr__(new, "__dict__", claim.__dict__ | changes)
    return new


@dataclass(eq=False)
class Clause:
    """A verb (or a state, a position, a distance) with all that belongs to it, while it is read. stays: "remains".
    turns: a state that is come to. passing: that may be short. so: "stays so". held: "stays", after a change.
    beside: said with "with". only_when: "only at the end". begins, ends: the fingers that come first and last.
    toward: whether a movement is "toward" its object, "to" it or "away" from it. only: "only the index", or
    (only_object) "the index only", or (only_from) "only from frame 30". nth: see `ORDINALS`. first: whether it is
    the first of its text. inherits: whether its object is that of the clause before. excluded: "except the thumb".
    edge: whether it "starts" or "ends" so. returns: where the movement went that it goes back from.
    """

    term: Term
    kind: str
    value: str
    sentence: int
    subject: Part = NOBODY
    object: Part = NOBODY
    stays: bool = False
    ways: list[str] = field(default_factory=list)
    frames: list[Frames] = field(default_factory=list)
    when: list[str] = field(default_factory=list)
    speed: str = ""
    count: int = 0
    manners: list[str] = field(default_factory=list)
    begins: str = ""
    ends: str = ""
    joints: list[str] = field(default_factory=list)
    negated: bool = False
    order: tuple[str, list["Clause"]] | None = None
    pattern: int = 0
    open: bool = True
    unresolved: bool = False
    turns: bool = False
    passing: bool = False
    so: bool = False
    held: bool = False
    beside: bool = False
    only_when: bool = False
    toward: str = ""
    only: bool = False
    only_object: bool = False
    only_from: bool = False
    excluded: tuple[str, ...] = ()
    edge: bool = False
    returns: tuple[str, ...] = ()
    nth: int = 0
    first: bool = False
    inherits: bool = False

    def alike(self) -> "Clause":
        """The same with the same lists; quicker than the general ways, since every sentence takes copies."""
        new = object.__new__(Clause)
        new.__dict__ = self.__dict__.copy()
        return new


STATES_OF: Final = {
    "bend": "bent", "straighten": "straight", "fist": "fist", "spread": "spread", "close": "together",
    "hyperextended": "hyperextended",
}  # fmt: skip
"""The state that a verb's participle tells."""

ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "final": -1, "last": -1}
"""Which of several happenings is meant; -1 for the last."""
