"""Verbs and states: which term makes a clause, as which of its kinds, and what the words before it do to it.

What belongs here: from a predicate to a new clause. What does not: noun phrases (`claim_phrases`), modifiers and links
(`claims`), and what a clause claims (`claim_meaning`).
"""

from collections.abc import Sequence
from typing import Final

from handx_core.captioning.claim_meaning import STATES_OF, Clause
from handx_core.captioning.claim_phrases import Phrases
from handx_core.captioning.claim_rows import PREDICATES
from handx_core.captioning.claim_terms import Term

_RETURNS: Final = ("return", "come back", "comes back", "came back", "coming back", "revert", "reverse")


_SMALL: Final = frozenset({"apart", "together", "source"})
_MAKING: Final = frozenset(PREDICATES)


class Predicates(Phrases):
    """Reads verbs and states."""

    def is_predicate(self, terms: Sequence[Term], at: int) -> bool:
        term = terms[at]
        if not _SMALL.isdisjoint(term.kinds):
            if self.being or ("source" not in term and self._is_verbless(terms, at)):
                return True
        if _MAKING.isdisjoint(term.kinds):
            return False
        adjective = term.says("position") in ("crossed", "uncrossed") and term.text.endswith("ed") and not self.being
        if adjective and at + 1 < len(terms) and "noun" in terms[at + 1]:
            return False
        if "state" in term and ("verb" not in term or term.form == "ed") and at + 1 < len(terms):
            following = terms[at + 1]
            if any(kind in following for kind in ("side", "finger", "noun")) and not self.being:
                return term.says("state") == "fist"
        if term.text == "lower" or term.text == "higher":
            moving = self.last is not None and self.last.open and self.last.value.startswith("move")
            return self.being or (not moving and "position" in term)
        if "verb" not in term and "way" in term and "position" in term:
            return self.being or bool(self.subject and not (self.last and self.last.open))
        return not ("manner" in term and "verb" not in term and "state" not in term)

    def _is_verbless(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "together" or "apart" tells a state without a verb: "with its fingers together", "first together"."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        ended = ("comma", "link", "when", "frames")
        ends = following is None or bool({*ended} & set(following.kinds)) or following.text == "again"
        if self.subject is not None:
            return ends and (self.with_subject or (not self.here and "verb" not in terms[at]))
        before = terms[at - 1] if at else None
        last = self.last
        told = last is not None and (last.kind == "state" or last.term.text.endswith("in contact"))
        listed = before is not None and "comma" in before and following is not None and "frames" in following
        begun = before is not None and (before.text in ("first", "then") or "link" in before or listed)
        return ends and told and begun

    def is_joined_verb(self, terms: Sequence[Term], at: int) -> bool:
        """ "Pressed together", "touch together": said already by the verb."""
        return terms[at].text == "together" and bool(self.last and self.last.value == "contact")

    def predicate(self, terms: Sequence[Term], at: int) -> int:
        """Begin a clause, or note that one stays as it is."""
        term = terms[at]
        verb = term.says("verb")
        if verb in ("be", "have", "edge start", "edge end"):
            begins = "edge" in verb and self._begins_verb(terms, at + 1)
            if begins:
                return at + 1
            stative = verb != "be" or not any(kind in term for kind in ("position", "state", "distance"))
            if stative:
                self._be(term, verb, terms[at + 1 : at + 2])
                return at + 1
        if verb == "do":
            return self._do(terms, at)
        if term.text.startswith(("lead", "trail")) and self.subject and self.leads(term):
            return at + 1
        if verb == "occurs" and self.last is not None and self.subject is None:
            self.last.open = True
            return at + 1
        kind, value = self._kind(term)
        if value == "fist" and kind == "state" and self.last and self.last.open and self.last.value == "bend":
            return at + 1
        bare = term.form == "" and self.subject is None and self.link is None and self.last is not None
        listed = bare and self.last is not None and self.last.negated and self.last.term.form == "" and kind == "verb"
        negated = self.negated or (listed and self.last is not None and self.last.kind == "verb")
        clause = Clause(term, kind, value, self.number, negated=negated, stays=self._does_stay(kind))
        last = self.last
        clause.only, self.only = self.only, False
        clause.first = not self.clauses
        clause.excluded, self.excluded = self.excluded, ()
        if term.text.startswith(_RETURNS) and last is not None and last.value.startswith("move"):
            clause.returns = tuple(last.ways) or tuple(last.value.split()[1:])
        clause.toward = "away" if kind == "state" and "source" in term else ""
        empty = last is not None and last.value in ("move", "occurs") and not last.ways and not last.object.members
        left = last is not None and last.value == "separation" and last.negated and not last.object.members
        empty = empty or left
        if kind in ("position", "distance", "state") and last and last.open and empty and self.subject is None:
            clause.subject, clause.negated, clause.speed = last.subject, last.negated and not left, last.speed
            clause.order, clause.turns, clause.stays = last.order, not (left or self.being), left
            clause.only = last.only
            self.here.remove(last)
            self.clauses.remove(last)
        if kind == "state" and last and last.open and last.value in ("bend", "straighten") and self.subject is None:
            clause.turns = not self.being
        clause.turns = clause.turns or self.becomes or term.text.startswith(("paus", "freez"))
        self.becomes = False
        spread = "spread" in term.says("verb") and kind == "state" and self.subject is not None
        clause.turns |= spread and not (self.being or self.with_subject)
        if kind == "position" and term.text.startswith(("fall", "fell", "drop", "pull", "move")):
            clause.turns = True
        if kind == "position" and last and last.open and last.value.startswith("move") and self.subject is None:
            clause.turns |= not self.being
        if kind == "position" and term.form in ("", "s", "ing") and "verb" not in term and "cross" in term.text:
            clause.turns = clause.turns or (not self.being and not term.text.endswith("ed"))
        if value == "bend" and term.text.startswith("close") and last and last.value in ("spread", "parting"):
            clause.value = "close" if self.subject is None else value
        if kind == "state" and self.subject is None and last and last.value in ("spread", "parting"):
            if term.text.endswith(("open", "closed")):
                clause.value = "together" if term.text.endswith("closed") else "spread"
        if kind == "distance" and last and last.open and last.value in ("parting", "joining"):
            clause.turns = self.subject is None or clause.turns
        if self.stays and kind != "verb" and not clause.stays and last is not None and self.link is None:
            idle = last.value == "still" or last.negated or self.contrast
            self.link = ("meanwhile" if idle else "after", [last])
        elided = self.subject is None and last is not None and last.value == "contact" == clause.value
        before = terms[at - 1] if at else None
        self.nominal = term.form == "noun" or (
            kind == "verb"
            and before is not None
            and term.form == ""
            and ("det" in before or before.text in ("each", "every", "any", "first", "last", "upward", "downward"))
        )
        self.give_subject(clause, term)
        if elided and last is not None and clause.subject == last.subject:
            clause.object = last.object
        self.give_order(clause)
        for apply in self.waiting:
            apply(clause)
        self.waiting.clear()
        if kind != "verb" and self.joined and last and last.kind != "verb" and not clause.when and not self.edge:
            clause.when += [when for when in last.when if when in ("start", "end")] if last.edge else []
        clause.edge, self.edge = self.edge or (last is not None and last.edge and self.joined), False
        clause.manners += self.places
        self.places = []
        chained = self.joined and last is not None and not self.link and last.subject == clause.subject
        clause.pattern = last.pattern if chained and last is not None else len(self.clauses)
        for earlier in self.here:
            earlier.open = False
        self.here.append(clause)
        self.clauses.append(clause)
        self.subject, self.link, self.joined, self.negated, self.ordered = None, None, False, False, False
        self.being = False
        return at + 1

    def _begins_verb(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "starts" is followed by what starts: "starts to bend", "starts bending"."""
        forms = ("ing",)
        if at < len(terms) and terms[at].text == "to":
            forms, at = ("",), at + 1
        return at < len(terms) and terms[at].form in forms and terms[at].says("verb") not in ("", "be", "have", "do")

    def _does_stay(self, kind: str) -> bool:
        """Whether a state is said to last: throughout, unless it is told after a movement of the same sentence."""
        last = self.last
        after = last is not None and (last.kind == "verb" or last.turns) and self.subject is None
        return self.stays and kind != "verb" and not after

    def _be(self, term: Term, verb: str, following: Sequence[Term]) -> None:
        self.being = verb != "have"
        self.having = term.text == "having"
        self.becomes = term.text.startswith(("becom", "becam", "get", "got", "turn", "enter", "go", "move"))
        self.stays = term.text.split()[0].rstrip("s") in (
            "stay",
            "remain",
            "keep",
            "kept",
            "staying",
            "held",
            "continue",
        )
        each = self.subject is not None and self.subject.each
        if verb.startswith("edge") and not each and not (following and {"frames", "when"} & set(following[0].kinds)):
            when = "start" if verb == "edge start" else "end"
            self.waiting.append(lambda clause: clause.when.append(when))
            self.edge = True
        if self.last and self.subject is not None:
            self.last.open = False

    def _do(self, terms: Sequence[Term], at: int) -> int:
        """ "... before the middle finger does": the same again of another subject. Else it is an auxiliary."""
        after = terms[at + 1 : at + 4]
        denied = bool(after) and "not" in after[0] and (len(after) == 1 or "comma" in after[1])
        if denied or not any("verb" in term or "not" in term for term in after):
            negated, self.negated = self.negated, self.negated or denied
            self.again()
            self.negated = negated
            return at + 1 + denied
        return at + 1

    def _kind(self, term: Term) -> tuple[str, str]:
        """As which of its kinds a term is meant: a state after "is" or "with", else a verb."""
        if "verb" not in term and "state" not in term and {"apart", "together", "source"} & set(term.kinds):
            return "state", "together" if "together" in term else "apart"
        fingers = bool((self.subject or self.context.subject).fingers)
        both = term.form == "" and "state" in term and "verb" in term and not {"position", "distance"} & set(term.kinds)
        if both and self._is_absolute(term):
            return "state", term.says("state")
        never = self.negated and self.being and term.says("verb") in ("bend", "straighten") and term.form == "ed"
        if never and self.never:
            return "verb", term.says("verb")
        held = self.being or self.with_subject or (self.subject is None and not self.here)
        if term.form == "ed" and held and "state" not in term and term.says("verb") in STATES_OF:
            return "state", STATES_OF[term.says("verb")]
        stative = ("state" in term and not term.form) or (("position" in term or "distance" in term) and not fingers)
        listed = self.subject is None and self.last is not None and self.last.kind == "state" and self.joined
        if "verb" in term and term.form != "ed" and not ((self.being or listed) and stative):
            return "verb", term.says("verb")
        if "state" in term and (fingers or not ({"position", "distance"} & set(term.kinds))):
            told = "verb" in term and not self.being and self.subject is not None and not self.with_subject
            if self._ends_absolute(term):
                return "state", term.says("state")
            gapped = self.last is not None and not self.link
            gapped &= self.last is not None and (self.last.kind == "state" or self.last.term.form in ("s", "ing"))
            if not (told and term.form == "ed" and not gapped and term.says("verb") in ("bend", "straighten")):
                return "state", term.says("state")
        for kind in ("position", "distance"):
            if kind in term:
                return kind, term.says(kind)
        return "verb", term.says("verb")

    def _is_absolute(self, term: Term) -> bool:
        """Whether a sentence opens with a state without a verb: "fingers open, the hand rises"."""
        place = next((at for at, one in enumerate(self.terms) if one is term), 0)
        following = self.terms[place + 1 : place + 3]
        if not place or (self.subject is None and self.link and self.last is not None and self.last.kind == "state"):
            return True
        opens = bool(place) and not self.here and not any("det" in one for one in self.terms[:place])
        return opens and len(following) == 2 and "comma" in following[0] and "link" not in following[1]

    def _ends_absolute(self, term: Term) -> bool:
        """Whether a state without a verb ends a sentence: "the hand is raised, its fingers clenched"."""
        place = next((at for at, one in enumerate(self.terms) if one is term), 0)
        comma = next((at for at in range(place - 1, -1, -1) if "comma" in self.terms[at]), None)
        if not self.here or comma is None or self.terms[comma + 1].text not in ("its", "their", "the", "all", "both"):
            return False
        ends = place + 1 == len(self.terms) or "comma" in self.terms[place + 1]
        return ends and not any("verb" in one or "link" in one for one in self.terms[comma + 1 : place])
