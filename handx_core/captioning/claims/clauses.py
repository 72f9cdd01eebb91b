"""The clauses of a text while it is read: which subject and object each has, and what is repeated without its verb.

What belongs here: what was read so far, and how a clause comes by its parts. What does not: which words make a clause
(`reader`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from handx_core.captioning.claims.claim import Clause
from handx_core.captioning.claims.frames import Frames
from handx_core.captioning.claims.parts import Context, Part
from handx_core.captioning.claims.terms import Term
from handx_core.skeleton import FINGERS

T = TypeVar("T")

_OPPOSITE: Final = {"up": "down", "left": "right", "front": "back"}
_OPPOSITES: Final = _OPPOSITE | {second: first for first, second in _OPPOSITE.items()}
TAKES_OBJECT: Final = (
    "move", "contact", "separation", "near", "parting", "joining", "position", "distance", "close", "spread", "state",
)  # fmt: skip


class Clauses:
    """What was read of a text. Of the text: the clauses, what was spoken of last, and the sentence's number.

    Of the sentence: `here`, its clauses; `subject`, a phrase that still waits for a verb, and `waiting`, what was said
    before the verb that it belongs to; `link`, what the next clause has to do with others in time, and `opening`, what
    the main clause has to do with the one that the sentence opens with; `mentioned`, the last thing named that is no
    subject; and what the words just read were: "be", "stay" or "have" (`being`, `stays`, `having`), "not", "and", a
    word like "in turn" (`ordered`), "with" before the subject, "and" after it, "only" before it, "each" before a noun
    made of a verb.
    """

    def __init__(self, side: str, before: "Clauses | None" = None) -> None:
        """before: what was read so far, on which to read on without a trace in it."""
        self.side = side
        self.context = Context(side)
        self.clauses: list[Clause] = [*before.clauses] if before else []
        self.number = 0
        self.looked_back = False
        self.asked: list[str] = []
        self.begin()
        self.number = before.number if before else 0

    def of_sentence(self, number: int) -> list[Clause]:
        """The clauses of a sentence."""
        return [clause for clause in self.clauses if clause.sentence == number]

    def backwards(self) -> Iterator[Clause]:
        """All clauses from the last one on; it is noted whether one was given that an earlier sentence has."""
        for clause in reversed(self.clauses):
            self.looked_back |= clause.sentence != self.number
            yield clause

    def sentence_before(self) -> list[Clause]:
        """The clauses of the sentence before, of which it is noted that they were asked for."""
        if "previous" not in self.asked:
            self.asked.append("previous")
        return self.of_sentence(self.number - 1)

    def begin(self) -> None:
        """Begin another sentence."""
        self.number += 1
        self.here: list[Clause] = []
        self.subject: Part | None = None
        self.mentioned = self.tool = Part()
        self.waiting: list[Callable[[Clause], None]] = []
        self.link: tuple[str, list[Clause]] | None = None
        self.opening = ""
        self.places: list[str] = []
        self.fronted: list[Callable[[Clause], None]] = []
        self.later: tuple[list[Frames], list[str]] = ([], [])
        self.contrast = self.edge = self.becomes = self.never = self.additive = self.direct = self.apart = (
            self.briefly
        ) = False
        self.terms: list[Term] = []
        self.excluded: tuple[str, ...] = ()
        self.being = self.stays = self.having = self.negated = self.joined = self.ordered = False
        self.with_subject = self.joined_subject = self.nominal = self.only = False

    def resolve(self) -> None:
        """At the end of a sentence, give what is said before its subject is named that subject."""
        for place, clause in enumerate(self.here):
            following = next((c.subject for c in self.here[place + 1 :] if c.subject.members), Part())
            touched = clause.unresolved and clause.value == "contact" and not clause.object.members
            if touched and following.members and clause.subject.members:
                clause.object = clause.subject
            if clause.unresolved and following.members:
                clause.subject = following
            beside = self.here[place + 1] if place + 1 < len(self.here) else None
            if clause.value in ("fist", "fully bent") and beside is not None and beside.beside:
                clause.excluded = beside.subject.fingers
            if clause.subject.rest and not following.fingers:
                clause.subject = replace(clause.subject, some=True)
            elif clause.subject.rest:
                hands = tuple(dict.fromkeys(hand for hand, _ in clause.subject.members))
                fingers = [finger for finger in FINGERS if finger not in following.fingers]
                clause.subject = Part(tuple((hand, finger) for hand in hands for finger in fingers))

    @property
    def last(self) -> Clause | None:
        return self.here[-1] if self.here else None

    def again(self) -> None:
        """The last clause again, of the subject that has no verb, with what waits for one."""
        last = self.last
        if self.subject is None or last is None:
            return
        clause = Clause(last.term, last.kind, last.value, self.number, object=last.object, toward=last.toward)
        if _is_other_object(self.subject, last):
            clause.object, self.subject = self.subject, last.subject
        self.give_subject(clause, last.term)
        self.give_order(clause)
        if self.negated:
            clause.negated = True
        for apply in self.waiting:
            apply(clause)
        self.waiting.clear()
        last.open = clause.open = False
        self.here.append(clause)
        self.clauses.append(clause)
        self.subject, self.link = None, None

    def give_subject(self, clause: Clause, term: Term) -> None:
        """Give a clause its subject: the phrase before it, or the one spoken of last."""
        if self.subject is not None:
            clause.subject = self.subject
            self.context.subject = self.subject
        elif clause.subject.members:
            pass
        elif not self.here and (term.form == "ing" or self.having or self.is_absolute(clause)):
            clause.unresolved = True
            if self.having:
                self.opening = "after"
        elif (self.nominal and clause.value == "contact") or (
            term.text == "contact" and clause.negated and not self.here
        ):
            clause.subject = Part()
        else:
            subject = self.context.subject
            clause.subject = replace(subject, none=False) if subject.none else subject
        if clause.subject.members:
            self.context.named = clause.subject

    def is_absolute(self, clause: Clause) -> bool:
        """ "Held open, the hand rises", "at first close, they part": whether what is told comes before its subject."""
        return (self.being and (self.terms[0].form == "ed" or bool(self.opening))) or (
            clause.kind == "distance" and not self.being
        )

    def give_order(self, clause: Clause) -> None:
        """Give a clause its place in time by the link before it."""
        if self.link and self.link[1]:
            clause.order = self.link
        elif self.opening and self.here and not self.here[-1].open:
            clause.order = (self.opening, [self.here[-1]])
            self.opening = ""

    def to_pattern(self, target: Clause, apply: Callable[[Clause], None]) -> None:
        """Apply to a clause, and to those that it is a pattern with: "bend and straighten three times quickly"."""
        for clause in self.here:
            alike = clause.pattern == target.pattern and (clause.kind == "verb") == (target.kind == "verb")
            if clause is target or (target.count and alike):
                apply(clause)

    def add_way(self, way: str, target: Clause | None) -> None:
        """A direction: another of the same movement, or the next movement if it is the opposite, or "then"."""
        back = way.startswith("back ")
        way = way.removeprefix("back ")
        if target is None:
            self.waiting.append(lambda clause: clause.ways.append(way))
            return
        implied = target.value.split()[1:]
        said = [*target.ways, *(w for w in implied if w in _OPPOSITES)]
        if not target.value.startswith("move"):
            return
        again = target.speed and (self.apart or (self.joined and self.waiting))
        if (back and said) or self.link or again or _OPPOSITES.get(way) in said:
            if not target.ways:
                target.ways += [w for w in implied if w in _OPPOSITES]
            clause = replace(
                target, ways=[way], frames=[], when=[], order=self.link, joints=[], manners=[], value="move",
                speed="" if self.link else target.speed, count=0 if self.link else target.count, open=True,
                pattern=len(self.clauses) if self.link else target.pattern,
            )  # fmt: skip
            target.open = False
            self.here.append(clause)
            self.clauses.append(clause)
            for apply in self.waiting:
                apply(clause)
            self.waiting.clear()
        else:
            target.ways.append(way)
            target.open = True
        self.link, self.joined, self.apart = None, False, False

    def add_count(self, count: int) -> None:
        last = self.last
        if last is None or self.subject is not None:
            self.waiting.append(lambda clause: setattr(clause, "count", count))
            return
        for clause in self.here:
            if clause.pattern == last.pattern:
                clause.count = count
        last.open = True

    def add_object(self, part: Part, clause: Clause) -> None:
        what = clause.value.split()[0] if clause.kind == "verb" else clause.kind
        if (what not in TAKES_OBJECT or what == "move") and part.members and not part.pronoun:
            self.mentioned = part
        if _is_what_moves(what, part, clause, self.direct):
            hands = tuple(dict.fromkeys(hand for hand, _ in clause.subject.members))
            own = hands if len(hands) == 1 else ("",)
            members = tuple((h or o, thing) for h, thing in part.members for o in own)
            clause.subject = replace(part, members=members, none=part.none or clause.subject.none)
            clause.unresolved = False
            return
        if what == "move" and clause.subject.members and not clause.toward:
            return
        if what not in TAKES_OBJECT or "gap" in part.things:
            return
        if part.pronoun:
            part = self._meant(clause, part)
        if not clause.subject.members and not part.mutual and what in ("contact", "move") and not clause.toward:
            clause.subject = part
            return
        if clause.object.members and part.members and not clause.inherits:
            part = replace(part, members=tuple(dict.fromkeys((*clause.object.members, *part.members))))
        clause.object, clause.inherits = part, False
        fingers = set(clause.subject.things) & set(FINGERS)
        if part.members and (set(part.things) & set(FINGERS)) and fingers != set(FINGERS):
            self.context.named = part

    def _meant(self, clause: Clause, part: Part) -> Part:
        """What "it" and "them" as an object are: what the subject touched before."""
        for earlier in self.backwards():
            if earlier is clause:
                continue
            if earlier.value in ("contact", "near", "separation", "parting", "joining") or earlier.kind == "distance":
                if earlier.subject.members == clause.subject.members:
                    return earlier.object if earlier.object.members else Part(mutual=True)
                return replace(earlier.subject, none=False)
        if self.mentioned.members:
            return self.mentioned
        return part if part.members != clause.subject.members else Part(mutual=True)

    def close(self, end: bool = False) -> None:
        """A comma or "and": what follows no longer belongs to the clause, unless nothing else takes it."""
        last = self.last
        if last is not None:
            fronted = not end and (self.joined or self.link is not None)
            if self.waiting and self.subject is None and (end or not last.open) and not fronted:
                if last.value in ("move", "occurs") and not last.ways and len(self.here) > 1:
                    last = self.here[-2]
                for apply in self.waiting:
                    self.to_pattern(last, apply)
                self.waiting.clear()
            last.open = False
        if self.subject is None:
            self.being = self.being and not end
        if end:
            self.waiting.clear()

    def again_if_elided(self) -> None:
        """ "..., then the middle finger": the same again of another subject, without a verb."""
        if self.link is not None and self.link[0] in ("after", "before"):
            self.again()

    def add_elided(self) -> None:
        """ "The index stays straight along with the thumb": the same again of another subject."""
        if self.additive and self.subject is not None:
            self.again()
        self.additive = False

    def add_place_in_row(self, term: Term) -> bool:
        """ "The index first and the pinky last": where in a row what was named just now comes."""
        last = self.last
        if last is None or not last.object.fingers:
            return False
        if self.subject is not None and last.begins and len(self.subject.fingers) == 1:
            last.object = replace(last.object, members=(*last.object.members, *self.subject.members))
            self.subject = None
        if self.subject is not None:
            return False
        if last.begins:
            last.ends = last.object.members[-1][1]
            last.manners.append("in turn")
        else:
            last.begins = last.object.members[-1][1] if term.text == "first" else ""
            last.manners.append(f"comes {term.text}")
        last.open = True
        return True


def before_it(relation: str, earlier: list[T]) -> list[T]:
    """Which clauses of the sentence before one follows on that opens with "then", "before that" or "meanwhile"."""
    return earlier[-1:] if relation == "after" else earlier[:1] if relation == "before" else earlier


def _is_other_object(part: Part, clause: Clause) -> bool:
    """Whether "..., then the middle" is another that the thumb touches, and not another that touches."""

    def kinds(of: Part) -> set[tuple[str, str]]:
        return {(hand, "finger" if thing in FINGERS[1:] else thing) for hand, thing in of.members}

    if part.things == {"palm"} and clause.value == "contact" and clause.subject.fingers:
        return "palm" not in clause.subject.things
    return bool(part.members) and kinds(part) <= kinds(clause.object) and not kinds(part) <= kinds(clause.subject)


def _is_what_moves(what: str, part: Part, clause: Clause, direct: bool) -> bool:
    """Whether a hand or a person bends, spreads or lifts what a phrase names, so that this is what does so."""
    if not part.members or part.pronoun or part.mutual:
        return False
    bends = what in ("bend", "straighten", "hyperextended", "fist") and direct and clause.kind == "verb"
    if not clause.subject.things <= {"hand"}:
        return bends and bool(part.fingers)
    if (
        what in ("bend", "straighten", "hyperextended", "spread", "close", "fist", "parting", "joining")
        and clause.kind == "verb"
    ):
        return bool(part.fingers) and (what not in ("parting", "joining") or clause.subject.hands == {""})
    return what == "move" and not clause.toward and part.things <= {"hand", "palm"} and clause.subject.hands <= {""}
