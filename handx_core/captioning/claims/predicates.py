"""Verbs and states: which term makes a clause, as which of its kinds, and what the words before it do to it.

What belongs here: from a predicate to a new clause. What does not: noun phrases (`phrases`), modifiers and links
(`reader`), and what a clause claims (`meaning`).
"""

from collections.abc import Sequence
from typing import Final

from handx_core.captioning.claims.claim import STATES_OF, Clause
from handx_core.captioning.claims.parts import read_part
from handx_core.captioning.claims.phrases import Phrases, with_hand_of
from handx_core.captioning.claims.rows import PREDICATES
from handx_core.captioning.claims.terms import Term
from handx_core.skeleton import FINGERS

_RETURNS: Final = ("return", "come back", "comes back", "came back", "coming back", "revert", "reverse")


_LISTED: Final = ("state", "distance", "position")
_STATING: Final = frozenset({"position", "distance", "state"})
_COMING: Final = ("fall", "fell", "drop", "pull", "move", "raised", "lifted", "elevated", "lowered")
"""How phrases for a position begin that tell how it is come to."""
_BEFORE_NOUN: Final = ("each", "every", "any", "first", "last", "upward", "downward")
_SMALL: Final = frozenset({"apart", "together", "source"})
_MAKING: Final = frozenset(PREDICATES)
_PLACING: Final = frozenset({"position", "distance"})


class Predicates(Phrases):
    """Reads verbs and states."""

    def is_predicate(self, terms: Sequence[Term], at: int) -> bool:
        """Whether a clause begins with a term."""
        term = terms[at]
        small = not _SMALL.isdisjoint(term)
        listed = self.joined and self.subject is None and self.last is not None and self.last.kind in _LISTED
        if small and (
            self.being
            or (listed and term.text.startswith(("away", "clear", "together", "apart")))
            or ("source" not in term and self._is_verbless(terms, at))
        ):
            return True
        if _MAKING.isdisjoint(term):
            return self.being and term.text in ("on", "against", "upon") and self._is_on(terms, at + 1)
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

    def _is_on(self, terms: Sequence[Term], at: int) -> bool:
        """ "The index is on the palm": whether a finger or a palm is said to be on another."""
        part = read_part(terms, at, self.context, as_object=True)
        touching = {*FINGERS, "palm"}
        onto = part is not None and (part[0].twin or bool(part[0].things & touching))
        return bool(self.subject and self.subject.things & touching and onto)

    def _is_verbless(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "together" or "apart" tells a state without a verb: "with its fingers together", "first together"."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        ended = ("comma", "link", "when", "frames")
        ends = following is None or bool({*ended} & following.keys()) or following.text == "again"
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
        return terms[at].text == "together" and bool(self.last and self.last.value == "contact") and not self.being

    def predicate(self, terms: Sequence[Term], at: int) -> int:
        """Begin a clause, or note that one stays as it is."""
        term = terms[at]
        after = self._without_clause(term, terms, at)
        if after:
            return after
        kind, value = self._kind(term)
        last = self.last
        if value == "fist" and kind == "state" and last is not None and last.open and last.value == "bend":
            return at + 1
        clause = Clause(term, kind, value, self.number, negated=self.negated, stays=self._does_stay(kind))
        if last is not None:
            self._after_last(clause, last)
        self._take_up(clause)
        self._come_to(clause, last)
        if self.stays and kind != "verb" and not clause.stays and last is not None and self.link is None:
            idle = last.value == "still" or last.negated or self.contrast
            self.link = ("meanwhile" if idle else "after", [last])
        self._give_parts(clause, last, terms[at - 1] if at else None)
        self._apply_waiting(clause, last)
        self._add(clause, last)
        return at + 1

    def _without_clause(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """Verbs that begin no clause of their own: auxiliaries, "starts to", "occurs"; 0 if it is none of them."""
        verb = term.says("verb")
        if verb in ("be", "have", "edge start", "edge end"):
            if "edge" in verb and self._begins_verb(terms, at + 1):
                return at + 1
            if verb != "be" or _STATING.isdisjoint(term):
                self._be(term, verb, terms[at + 1 : at + 2])
                return at + 1
        if verb == "do":
            return self._do(terms, at)
        if term.text.startswith(("lead", "trail")) and self.subject is not None and self.leads(term):
            return at + 1
        if (
            term.text.startswith("follow")
            and self.last is not None
            and self.subject is not None
            and self.subject.fingers
        ):
            self.link = ("after", [self.last])
            self.again()
            return at + 1
        if verb == "occurs" and self.last is not None and self.subject is None:
            self.last.open = True
            return at + 1
        return 0

    def _after_last(self, clause: Clause, last: Clause) -> None:
        """What the clause before does to a new one: "goes | above", "never leaves | straight", "do not meet, part"."""
        term = clause.term
        listed = term.form == "" == last.term.form and self.subject is None and self.link is None
        clause.negated |= listed and last.negated and last.kind == "verb" == clause.kind
        if term.text.startswith(_RETURNS) and last.value.startswith("move"):
            clause.returns = tuple(last.ways) or tuple(last.value.split()[1:])
        if self.subject is not None:
            return
        left = last.value == "separation" and last.negated and not last.object.members
        empty = left or (last.value in ("move", "occurs") and not last.ways and not last.object.members)
        if clause.kind in _STATING and last.open and empty:
            clause.subject, clause.negated, clause.speed = last.subject, last.negated and not left, last.speed
            clause.order, clause.turns, clause.stays = last.order, not (left or self.being), left
            clause.passing = not left
            if self.being:
                self.later = (last.frames, last.when)
            else:
                clause.frames, clause.when = last.frames, last.when
            self.only = self.only or last.only
            self.here.remove(last)
            self.clauses.remove(last)
        clause.held = self.stays and clause.kind == "state" and last.kind == "verb" and not clause.stays
        clause.passing |= clause.kind == "state" and last.kind == "verb" and last.value in STATES_OF and not self.link
        gap = last.term.text.startswith("gap")
        if last.value in ("spread", "parting") or gap or (last.value == "apart" and last.subject.fingers):
            if clause.value == "bend" and term.text.startswith("close"):
                clause.value = "close"
            elif clause.kind == "state" and term.text.endswith(("open", "closed")):
                clause.value = "together" if term.text.endswith("closed") else "spread"
        elif last.value == "straight" and self.joined and term.text in ("closed", "closed up"):
            clause.kind, clause.value = "state", "together"

    def _take_up(self, clause: Clause) -> None:
        """Give a clause what was said of it before its verb."""
        clause.first = not self.clauses
        clause.beside = self.with_subject and self.subject is not None
        clause.only, self.only = self.only, False
        clause.excluded, self.excluded = self.excluded, ()
        clause.toward = "away" if clause.kind == "state" and "source" in clause.term else ""

    def _come_to(self, clause: Clause, last: Clause | None) -> None:
        """Note whether a state is one that is come to: "becomes straight", "crosses", "rises above"."""
        text, kind = clause.term.text, clause.kind
        clause.passing |= self.briefly
        self.briefly = False
        clause.turns |= self.becomes or text.startswith(("paus", "freez", "wait", "halt"))
        self.becomes = False
        if kind == "state" and "spread" in clause.term.says("verb") and self.subject is not None:
            clause.turns |= not (self.being or self.with_subject)
        if kind == "position":
            crosses = clause.term.form in ("", "s", "ing") and "verb" not in clause.term and "cross" in text
            clause.turns |= text.startswith(_COMING) or (
                crosses and not self.being and not text.startswith(("crossed", "uncrossed"))
            )
        if last is None or not last.open or self.subject is not None:
            return
        after_turn = kind == "state" and last.value in ("bend", "straighten")
        after_move = kind == "position" and last.value.startswith("move")
        clause.turns |= (after_turn or after_move) and not self.being
        clause.turns |= kind == "distance" and last.value in ("parting", "joining")

    def _give_parts(self, clause: Clause, last: Clause | None, before: Term | None) -> None:
        """Give a clause its subject and its place in time; "touches, and touches again" has the same object."""
        elided = self.subject is None and last is not None and last.value == "contact" == clause.value
        named = before is not None and ("det" in before or before.text in _BEFORE_NOUN)
        self.nominal = clause.term.form == "noun" or (clause.kind == "verb" and clause.term.form == "" and named)
        self.give_subject(clause, clause.term)
        if elided and last is not None and clause.subject == last.subject:
            clause.object, clause.inherits = last.object, True
        self.give_order(clause)
        if self.tool.members and clause.value in ("contact", "separation") and clause.subject.things <= {"hand"}:
            clause.subject = with_hand_of(self.tool, clause.subject)

    def _apply_waiting(self, clause: Clause, last: Clause | None) -> None:
        """Let a clause have the words before its verb, and "starts" or "ends" of the state that it is joined to."""
        for apply in self.waiting:
            apply(clause)
        self.waiting.clear()
        joined = last if self.joined else None
        if (
            clause.kind != "verb"
            and joined is not None
            and joined.kind != "verb"
            and not (clause.when or self.edge or self.stays)
        ):
            clause.when += [when for when in joined.when if when in ("start", "end")] if joined.edge else []
        clause.edge = self.edge or (joined is not None and joined.edge)
        clause.manners += self.places
        self.places, self.edge = [], False

    def _add(self, clause: Clause, last: Clause | None) -> None:
        """Add a clause to those that were read, and forget what was said before its verb."""
        chained = self.joined and last is not None and not self.link and last.subject == clause.subject
        clause.pattern = last.pattern if chained and last is not None else len(self.clauses)
        for earlier in self.here:
            earlier.open = False
        self.here.append(clause)
        self.clauses.append(clause)
        self.subject, self.link, self.joined, self.negated, self.ordered = None, None, False, False, False
        self.being = False
        self.waiting += self.fronted
        self.fronted = []
        frames, whens = self.later
        if frames or whens:
            self.waiting.append(lambda clause: clause.frames.extend(frames))
            self.waiting.append(lambda clause: clause.when.extend(whens))
            self.later = ([], [])

    def _begins_verb(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "starts" is followed by what starts: "starts to bend", "starts bending"."""
        forms = ("ing",)
        if at < len(terms) and terms[at].text == "to":
            forms, at = ("",), at + 1
        return at < len(terms) and terms[at].form in forms and terms[at].says("verb") not in ("", "be", "have", "do")

    def _does_stay(self, kind: str) -> bool:
        """Whether a state is said to last: throughout, unless it is told after a movement of the same sentence."""
        last = self.last
        same = self.subject is None or self.subject.pronoun
        after = last is not None and (last.kind == "verb" or last.turns or bool(last.frames)) and same
        return self.stays and kind != "verb" and not after

    def _be(self, term: Term, verb: str, following: Sequence[Term]) -> None:
        self.being = verb != "have"
        self.having = term.text == "having"
        self.briefly = term.text == "being"
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
        if verb.startswith("edge") and not each and not (following and {"frames", "when"} & following[0].keys()):
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
        if "verb" not in term and "state" not in term:
            if not _SMALL.isdisjoint(term):
                return "state", "together" if "together" in term else "apart"
            if _MAKING.isdisjoint(term):
                return "verb", "contact"
        if term.form == "" and "distance" in term and self._is_first(term):
            return "distance", term.says("distance")
        fingers = bool((self.subject or self.context.subject).fingers)
        both = term.form == "" and "state" in term and "verb" in term and _PLACING.isdisjoint(term)
        if both and self._is_absolute(term):
            return "state", term.says("state")
        never = self.negated and self.being and term.says("verb") in ("bend", "straighten") and term.form == "ed"
        if never and self.never:
            return "verb", term.says("verb")
        held = self.being or self.with_subject or (self.subject is None and not self.here)
        if term.form == "ed" and held and "state" not in term and term.says("verb") in STATES_OF:
            return "state", STATES_OF[term.says("verb")]
        stative = ("state" in term and not term.form) or (("position" in term or "distance" in term) and not fingers)
        listed = self.subject is None and self.last is not None and self.last.kind in _LISTED and self.joined
        if "verb" in term and term.form != "ed" and not ((self.being or listed) and stative):
            return "verb", term.says("verb")
        if "state" in term and (fingers or _PLACING.isdisjoint(term)):
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

    def _is_first(self, term: Term) -> bool:
        """Whether a sentence opens with a term, but for a word for when."""
        return term is next((one for one in self.terms if "when" not in one), None)

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
