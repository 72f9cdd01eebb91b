"""What a noun phrase is in its sentence: the subject of the next verb, the object of the last, or with what it is done.

What belongs here: the place of a phrase. What does not: what it names (`parts`).
"""

from collections.abc import Sequence
from dataclasses import replace

from handx_core.captioning.claims.claim import Clause
from handx_core.captioning.claims.parts import Part, read_part
from handx_core.captioning.claims.rows import PREDICATES, Rows
from handx_core.captioning.claims.terms import Term
from handx_core.skeleton import FINGERS


def with_hand_of(part: Part, owner: Part) -> Part:
    """A part, of the hand of another where it does not say of which."""
    own = next(iter(owner.hands)) if len(owner.hands) == 1 else ""
    return replace(part, members=tuple((hand or own, thing) for hand, thing in part.members))


class Phrases(Rows):
    """Gives noun phrases their place."""

    def part(self, part: Part, terms: Sequence[Term], at: int, after: int, objective: bool) -> None:
        """A noun phrase: what the open clause is about, or the subject of the next."""
        last = self.last
        before = terms[max(0, after - 8) : after]
        if objective and last is not None and at and terms[at - 1].text in ("at", "by") and self._is_where(part, last):
            return
        strikes = last is not None and last.value == "contact" and last.subject.things == {"hand"}
        strikes = strikes and last is not None and last.object.things == {"palm"}
        tool = at > 0 and terms[at - 1].text in ("with", "using")
        tool = tool and (strikes or terms[at].text in ("its", "their", "his", "her"))
        if tool and part.fingers and (last is None or (objective and self._touches_with(part, last))):
            self.tool = part
            if last is not None:
                return
        self.context.add_recent(part.members if len(part.members) == 1 else ())
        noun = last is not None and last.term.text.endswith(("contact with", "contact of", "contact between"))
        if (
            objective
            and last is not None
            and (not self._is_subject(terms, at, after) or (noun and not last.object.members))
        ):
            before_it = terms[at - 1] if at else None
            self.direct = before_it is not None and not {"with", "of", "goal", "source"} & before_it.keys()
            self.add_object(part, last)
            return
        if part.pronoun and self.subject is not None and not self.subject.pronoun and not self.joined_subject:
            return
        if self.subject is not None and not self.subject.pronoun and self.joined_subject:
            part = replace(part, members=tuple(dict.fromkeys((*self.subject.members, *part.members))), listed=True)
        self.with_subject = any(term.text == "with" for term in before)
        if last is not None:
            last.open = False
        self.subject = part
        self.joined_subject = after < len(terms) and (terms[after].text in ("and", "or", "with", "nor"))
        if part.members:
            self.context.named = part
        if part.state and part.members and not part.none:  # "no bent finger" is nothing of which fingers are bent
            told = Clause(terms[at], "state", part.state, self.number, replace(part, state=""), turns=True, open=False)
            self.clauses.append(told)
        if part.members and not self.with_subject:
            for clause in self.here:
                if clause.unresolved and not clause.subject.members:
                    clause.subject, clause.unresolved = part, False

    def _touches_with(self, part: Part, clause: Clause) -> bool:
        """ "The hand taps the palm with its index": whether a finger is what a hand touches with."""
        if clause.value not in ("contact", "separation") or not clause.subject.things <= {"hand"}:
            return False
        clause.subject = with_hand_of(part, clause.subject)
        return True

    def _is_where(self, part: Part, clause: Clause) -> bool:
        """Whether a phrase says with which part something touches: "touch at the tips", "meet by their fingertips"."""
        generic = bool(part.fingers) and not part.listed and len(part.fingers) > 3
        if clause.value not in ("contact", "separation") or not (generic or part.things == {"palm"}):
            return False
        if part.things == {"palm"} and clause.subject.things | clause.object.things <= {"hand"}:
            clause.subject, clause.object = Part((("", "palm"),)), Part()
            return True
        if part.things == {"palm"}:
            return False
        if clause.subject.things <= {"hand"} and clause.subject.members and clause.object.things <= {"hand"}:
            clause.object = Part()
            hands = tuple(dict.fromkeys(hand for hand, _ in clause.subject.members))
            clause.subject = Part(tuple((hand, finger) for hand in hands for finger in FINGERS), some=True)
        return True

    def _is_subject(self, terms: Sequence[Term], start: int, at: int) -> bool:
        """Whether a verb follows the phrase that ends before a place, so that another clause begins with it."""
        if at < len(terms) and {"together", "apart"} & terms[at].keys() and start and terms[start - 1].text == "with":
            return True
        for term in terms[at:]:
            if any(kind in term for kind in PREDICATES):
                absolute = start > 0 and terms[start - 1].text == "with"
                return term.form != "ing" or "state" in term or absolute
            if not any(kind in term for kind in ("speed", "manner", "not", "when")) or "comma" in term:
                return False
        return False

    def begins(self, term: Term) -> bool:
        begins = ("det", "side", "finger", "noun", "quantifier", "pronoun", "state", "distance", "position")
        return any(kind in term for kind in begins) or term.form == "ing"

    def names(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "no" or "neither" goes with a noun, and not with "contact"."""
        return read_part(terms, at, self.context, as_object=False) is not None
