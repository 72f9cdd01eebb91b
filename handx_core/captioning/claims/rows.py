"""What is told again without its verb: rows of fingers, "the second", "stays so", "the pinky last".

What belongs here: phrases that add to a clause that was read, or repeat it. What does not: reading a sentence
(`reader`) and how clauses come by their subjects (`clauses`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handx_core.captioning.claims.claim import ORDINALS, STATES_OF, Clause
from handx_core.captioning.claims.clauses import Clauses
from handx_core.captioning.claims.parts import read_part
from handx_core.captioning.claims.terms import Term

PREDICATES: Final = ("verb", "state", "position", "distance")
"""Kinds of terms that make a clause."""


class Rows(Clauses):
    """Reads what adds to clauses that were read."""

    def row(self, terms: Sequence[Term], at: int) -> int:
        """ "From the index to the pinky": fingers that follow one another; 0 if it is none."""
        ends: list[str] = []
        for word in (("from",), ("to", "towards", "toward", "through", "until", "up to", "till")):
            at += bool(ends) and at < len(terms) and terms[at].text in ("over", "across", "down", "up", "all the way")
            if at >= len(terms) or terms[at].text not in word:
                return 0
            part = read_part(terms, at + 1, self.context, as_object=True)
            if part is None or not part[0].fingers or (len(part[0].members) > 1 and not part[0].listed):
                return 0
            ends += [part[0].members[0][1], part[0].members[-1][1]][: len(part[0].members)]
            at = part[1]
            if len(ends) == 2:
                break

        def apply(clause: Clause) -> None:
            add_to_row(clause, ends[0], False)
            add_to_row(clause, ends[-1], True)

        several = [clause for clause in self.here if len(clause.subject.fingers + clause.object.fingers) > 1]
        if self.subject is None and several:
            apply(next((clause for clause in several if "in turn" in clause.manners), several[-1]))
        else:
            self.waiting.append(apply)
        return at

    def row_end(self, terms: Sequence[Term], at: int) -> int:
        """ "From the index to the pinky", "beginning with the index": an end of a row of fingers; 0 if it is none."""
        start = at + 1
        while start < len(terms) and terms[start].text in ("with", "at", "from", "the", "on", "by"):
            start += 1
        part = read_part(terms, start, self.context, as_object=True)
        if part is None or len(part[0].fingers) != 1:
            return 0
        follows = terms[part[1]] if part[1] < len(terms) else None
        if follows is not None and any(kind in follows for kind in PREDICATES) and follows.form != "ing":
            return 0
        finger, ends = part[0].fingers[0], terms[at].text == "to" or terms[at].says("verb") == "edge end"
        several = [clause for clause in self.here if len(clause.subject.fingers + clause.object.fingers) > 2]
        clause = next((c for c in reversed(self.here) if "in turn" in c.manners), several[-1] if several else None)
        if clause is not None:
            add_to_row(clause, finger, ends)
        elif self.last is None or self.subject is not None:
            self.waiting.append(lambda clause: add_to_row(clause, finger, ends))
        else:
            return 0
        return part[1]

    def another(self, terms: Sequence[Term], at: int) -> bool:
        """ "..., the second around frame 26": the same again, another time; whether it is so."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        alone = following is None or any(kind in following for kind in ("frames", "when", "comma"))
        determined = at > 0 and "det" in terms[at - 1]
        if not (self.last and alone and determined and (self.last.nth or self.last.count > 1)):
            return False
        self.subject = self.last.subject
        self.again()
        if self.last is not None:
            self.last.nth, self.last.open = ORDINALS[terms[at].text], True
        return True

    def place_among(self, terms: Sequence[Term], at: int) -> int:
        """ "Bends last", "is the first of the fingers to bend": before or after all others; 0 if it is none."""
        manner = f"comes {terms[at].text}"
        following = terms[at + 1] if at + 1 < len(terms) else None
        if self.being and self.subject is not None and any("verb" in term for term in terms[at + 1 :]):
            after = at + 1 + (following is not None and "of" in following)
            of = read_part(terms, after, self.context, as_object=True)
            if manner not in self.places:
                self.places.append(manner)
            return of[1] if of else after
        last = self.last
        more = following is not None and not ({"comma", "link", "when", "frames"} & following.keys())
        if more or last is None or not last.open or self.subject is not None or last.kind != "verb":
            return 0
        if manner not in last.manners:
            last.manners.append(manner)
        return at + 1

    def is_end_of_row(self, terms: Sequence[Term], at: int) -> bool:
        """ "..., the index first", "..., the pinky last": the first or last of what was told; whether it is that."""
        ends = at + 1 == len(terms) or bool({"comma", "link"} & terms[at + 1].keys())
        last = self.last
        if not ends or last is None or self.subject is None or len(self.subject.fingers) != 1 or self.being:
            return False
        if any(manner.startswith("comes") for manner in last.manners):
            self.again()
            self.here[-1].manners.append(f"comes {terms[at].text}")
            return True
        if len(last.subject.fingers + last.object.fingers) > 2 or "in turn" in last.manners:
            add_to_row(last, self.subject.fingers[0], terms[at].text == "last")
            self.subject = None
            return True
        return False

    def end_of_row(self, terms: Sequence[Term], at: int) -> int:
        """ "..., first the index and last the pinky": the first or last of what was told; 0 if it is none."""
        part = read_part(terms, at + 1, self.context, as_object=True)
        last = self.last
        if part is None or len(part[0].fingers) != 1 or last is None or "in turn" not in last.manners:
            return 0
        if any(any(kind in term for kind in PREDICATES) for term in terms[part[1] : part[1] + 3]):
            return 0
        add_to_row(last, part[0].fingers[0], terms[at].text == "last")
        return part[1]

    def leads(self, term: Term) -> bool:
        """ "..., the pinky leading": the first or the last of a row; whether it is one."""
        several = [
            clause
            for clause in self.here
            if "in turn" in clause.manners or len(clause.subject.fingers + clause.object.fingers) > 2
        ]
        if not several or self.subject is None or len(self.subject.fingers) != 1:
            return False
        add_to_row(several[-1], self.subject.fingers[0], term.text.startswith("trail"))
        self.subject = None
        return True

    def stays_so(self, said: str) -> bool:
        """ "... and remains so": what was told last, from then on; whether it is said."""
        last = self.last
        if said != "there" and last is not None and last.kind == "verb" and last.value in STATES_OF:
            last = replace(last, kind="state", value=STATES_OF[last.value], begins="", ends="", speed="")
        else:
            lasting = (clause for clause in self.backwards() if clause.kind != "verb" or clause.value == "contact")
            last = next(lasting, None)
        if not (self.stays and self.being and last):
            return False
        self.subject = None
        clause = replace(
            last, stays=True, so=True, when=[], frames=[], manners=[], order=None, turns=False, open=True, count=0,
            sentence=self.number,
        )  # fmt: skip
        self.here.append(clause)
        self.clauses.append(clause)
        self.being = False
        return True

    def keeps_it(self, terms: Sequence[Term], at: int) -> bool:
        """ "Makes a fist and keeps it until frame 36": the state that was come to; whether it is said."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        ends = following is None or bool({"frames", "when", "comma", "link"} & following.keys())
        last = self.last
        if not ends or last is None or self.subject is not None or terms[at - 1].says("verb") != "be":
            return False
        state = "bent" if last.value in ("bend", "fist") else STATES_OF.get(last.value, "") or last.value
        if last.kind == "verb" and state == last.value != "contact":
            return False
        kind = "verb" if state == "contact" else "state"
        clause = replace(last, kind=kind, value=state, when=[], frames=[], order=None, speed="", turns=True, open=True)
        clause.count, clause.manners, self.being = 0, [], False
        last.open = False
        self.here.append(clause)
        self.clauses.append(clause)
        return True


def add_to_row(clause: Clause, finger: str, ends: bool) -> None:
    """Let a finger be the first or the last of the row in which the fingers of a clause follow one another."""
    if ends:
        clause.ends = finger
    else:
        clause.begins = finger
    if "in turn" not in clause.manners and clause.kind != "state":
        clause.manners.append("in turn")
