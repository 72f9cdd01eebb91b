"""What a text says of a motion, as claims that can be checked: read by a small grammar, with no model.

What belongs here: from the terms of a text to clauses, and the order of claims in time. What does not: the vocabulary
(`claim_words`), noun phrases (`claim_parts`), the parts of
a clause (`claim_clauses`), what a verb claims (`claim_meaning`) and what is true (`claim_judge`).

The grammar is shallow, and holds for captions: a sentence is a row of clauses, each a noun phrase, a verb, and words
that say where, when, how fast and how often. What stands before a verb belongs to it, what stands after it as well, as
long as no comma, "and" or "then" is in between. A clause without a subject has that of the one before.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from handx_core.captioning.claim_clauses import TAKES_OBJECT, Clauses
from handx_core.captioning.claim_meaning import ORDINALS, STATES_OF, Claim, Clause, Order
from handx_core.captioning.claim_parts import Part, read_part
from handx_core.captioning.claim_rewriting import rewritten
from handx_core.captioning.claim_terms import Term, sentence_terms, split_sentences, with_frames
from handx_core.skeleton import FINGERS

__all__ = ["Claim", "Order", "parse_claims"]

_PREDICATES: Final = ("verb", "state", "position", "distance")
_NAMED: Final = ("finger", "noun", "side")
_RETURNS: Final = ("return", "come back", "comes back", "came back", "coming back", "revert", "reverse")
_SO: Final = ("so", "there", "that way", "this way", "like that", "like this")
_ADDITIVES: Final = ("along with", "together with", "as well as", "in addition to", "plus", "besides")
_CONTRASTS: Final = ("but", "yet", "although", "though", "even though", "however")
_OPENERS: Final = ("while", "as", "whilst", "when")
"""Words with which a sentence may open a clause that the next is at the same time as."""


@lru_cache(maxsize=20_000)
def parse_claims(text: str, side: str) -> list[Claim]:
    """The claims of a text, in its order. side: "left", "right" or "interaction", for what is said of no named hand."""
    reader = _Reader(side)
    for sentence, frames in split_sentences(text):
        reader.read(with_frames(_plain(sentence), frames))
    return reader.claims()


@lru_cache(maxsize=20_000)
def _plain(sentence: str) -> tuple[Term, ...]:
    return tuple(rewritten(sentence_terms(sentence)))


class _Reader(Clauses):
    """Reads sentence by sentence, and remembers what was spoken of."""

    def read(self, terms: list[Term]) -> None:
        """Read one sentence."""
        self.begin()
        self.terms = terms
        at = 0
        while at < len(terms):
            at = self._step(terms, at)
        self.again_if_elided()
        self.add_elided()
        if self.negated and self.waiting and self.last and self.subject is None and self.joined:
            self.subject, self.link = self.last.subject, None
            self.again()
        self.close(end=True)
        self.resolve()

    def _step(self, terms: Sequence[Term], at: int) -> int:
        """Take up the term, or the phrase, at a place; the place after it."""
        term = terms[at]
        if "not" in term and not ("quantifier" in term and self._names(terms, at)):
            self.negated = True
            self.never = term.text != "not"
            return at + 1
        if "number" in term and at + 1 < len(terms) and "times" in terms[at + 1]:
            self.add_count(int(term.says("number")))
            return at + 2
        if "count" in term and not ("link" in term and at + 1 < len(terms) and self._begins(terms[at + 1])):
            repeated = at > 0 and terms[at - 1].text.endswith("repeated")
            self.add_count(-1 if repeated else int(term.says("count")))
            return at + 1
        if "manner" in term and term.says("manner") == "at once" and self._is_joined_verb(terms, at):
            return at + 1
        if term.text in ("first", "last") and self.add_place_in_row(term):
            return at + 1
        if term.text in ("first", "last") and self._is_end_of_row(terms, at):
            return at + 1
        if term.text in ("first", "last") and self._place_among(terms, at):
            return self._place_among(terms, at)
        if "except" in term and "link" not in term and self.subject is None:
            left_out = read_part(terms, at + 1, self.context, as_object=True)
            if left_out and left_out[0].fingers:
                self.excluded = left_out[0].fingers
                return left_out[1]
        if "unlike" in term:
            other = read_part(terms, at + 1, self.context, as_object=True)
            if other and any("which" in one for one in terms[other[1] : other[1] + 2]):
                self.subject = other[0]
            return other[1] if other else at + 1
        if "only" in term:
            self.only = self._names(terms, at + 1) and (self.subject is None or self.subject.pronoun)
            if self.being and self.subject and at + 1 < len(terms) and {"one", "noun"} & set(terms[at + 1].kinds):
                self.only = True
                return at + 2
            timed = at + 1 < len(terms) and "frames" in terms[at + 1] and self.last is not None
            if timed and self.last is not None:
                self.last.only_from = True
            elif not self.only and self.last and self.last.open and self.last.object.members:
                self.last.only = self.last.only_object = True
            return at + 1
        if term.text in _SO and self._stays_so():
            return at + 1
        if "pronoun" in term and self.being and at and self._keeps_it(terms, at):
            return at + 1
        on_it = term.text in ("on", "against", "upon") and at + 1 < len(terms) and "pronoun" in terms[at + 1]
        if on_it and self._stays_so():
            return at + 2
        if term.text == "from" and self._row(terms, at):
            return self._row(terms, at)
        if "edge" in term.says("verb") and self._row_end(terms, at):
            return self._row_end(terms, at)
        if self.ordered and term.text in ("from", "to") and self._row_end(terms, at):
            return self._row_end(terms, at)
        if term.text in ORDINALS and self._another(terms, at):
            return at + 1
        if self._is_predicate(terms, at):
            return self._predicate(terms, at)
        for kind in ("frames", "joint", "speed", "when", "manner", "way", "link", "nth"):
            if kind in term:
                self._modifier(kind, term, terms, at)
                return at + 1
        last = self.last
        objective = last is not None and last.open and self.subject is None
        if {"goal", "source"} & set(term.kinds):
            if objective and last is not None and last.kind == "verb":
                last.toward = "toward" if "goal" in term else "away"
            return at + 1
        if (
            term.text in ("to", "onto", "on", "against", "upon")
            and objective
            and last is not None
            and last.value.startswith("move")
        ):
            last.toward = "to"
        takes = last is not None and (last.value if last.kind == "verb" else last.kind) in TAKES_OBJECT
        part = read_part(terms, at, self.context, as_object=objective and takes)
        if part:
            self._part(part[0], terms, at, part[1], objective)
            return part[1]
        if "comma" in term:
            self.add_elided()
            self.close()
        return at + 1

    def _begins(self, term: Term) -> bool:
        begins = ("det", "side", "finger", "noun", "quantifier", "pronoun", "state", "distance", "position")
        return any(kind in term for kind in begins) or term.form == "ing"

    def _names(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "no" or "neither" goes with a noun, and not with "contact"."""
        return read_part(terms, at, self.context, as_object=False) is not None

    def _is_joined_verb(self, terms: Sequence[Term], at: int) -> bool:
        """ "Pressed together", "touch together": said already by the verb."""
        return terms[at].text == "together" and bool(self.last and self.last.value == "contact")

    def _is_predicate(self, terms: Sequence[Term], at: int) -> bool:
        term = terms[at]
        if self.being and {"apart", "together", "source"} & set(term.kinds):
            return True
        if {"apart", "together"} & set(term.kinds) and self._is_verbless(terms, at):
            return True
        if not any(kind in term for kind in _PREDICATES):
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

    def _predicate(self, terms: Sequence[Term], at: int) -> int:
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
        if term.text.startswith(("lead", "trail")) and self.subject and self._leads(term):
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
        clause = Clause(term, kind, value, self.number, negated=negated, stays=self._stays(kind))
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

    def _is_end_of_row(self, terms: Sequence[Term], at: int) -> bool:
        """ "..., the index first", "..., and the pinky last": the first or last of what was told; whether it is that."""
        ends = at + 1 == len(terms) or bool({"comma", "link"} & set(terms[at + 1].kinds))
        last = self.last
        if not ends or last is None or self.subject is None or len(self.subject.fingers) != 1 or self.being:
            return False
        if any(manner.startswith("comes") for manner in last.manners):
            self.again()
            self.here[-1].manners.append(f"comes {terms[at].text}")
            return True
        if len(last.subject.fingers + last.object.fingers) > 2 or "in turn" in last.manners:
            _add_to_row(last, self.subject.fingers[0], terms[at].text == "last")
            self.subject = None
            return True
        return False

    def _leads(self, term: Term) -> bool:
        """ "..., the pinky leading": the first or the last of a row; whether it is one."""
        several = [
            clause
            for clause in self.here
            if "in turn" in clause.manners or len(clause.subject.fingers + clause.object.fingers) > 2
        ]
        if not several or self.subject is None or len(self.subject.fingers) != 1:
            return False
        _add_to_row(several[-1], self.subject.fingers[0], term.text.startswith("trail"))
        self.subject = None
        return True

    def _begins_verb(self, terms: Sequence[Term], at: int) -> bool:
        """Whether "starts" is followed by what starts: "starts to bend", "starts bending"."""
        forms = ("ing",)
        if at < len(terms) and terms[at].text == "to":
            forms, at = ("",), at + 1
        return at < len(terms) and terms[at].form in forms and terms[at].says("verb") not in ("", "be", "have", "do")

    def _stays(self, kind: str) -> bool:
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

    def _modifier(self, kind: str, term: Term, terms: Sequence[Term], at: int) -> None:
        if kind == "link":
            self._linked(term, terms, at)
            return
        last = self.last
        target = last if last is not None and last.open and self.subject is None else None
        if kind == "way" and target is None and last is not None and self.subject is None:
            target = last if last.value.startswith("move") and not self._verb_follows(terms, at + 1) else None
        if kind == "way":
            if term.text == "back" and target is not None and (target.ways or len(target.value.split()) > 1):
                return
            self.add_way(term.says("way"), target)
            return
        if kind == "manner" and term.says("manner") in ("in turn",):
            self.ordered = True

        def apply(clause: Clause) -> None:
            if kind == "frames":
                clause.frames += term.frames
            elif kind == "speed":
                clause.speed = term.says("speed")
            elif kind == "when":
                clause.when += [term.says("when")] if term.says("when") else []
            elif kind == "nth":
                clause.nth = ORDINALS.get(term.says("nth"), 0)
            elif kind == "joint":
                clause.joints.append(term.says("joint"))
            elif term.says("manner") == "many":
                clause.count = -1
            else:
                clause.manners.append(term.says("manner"))

        if kind == "manner" and term.says("manner") == "many":
            self.add_count(-1)
        elif target is None:
            self.waiting.append(apply)
        else:
            self.to_pattern(target, apply)

    def _verb_follows(self, terms: Sequence[Term], at: int) -> bool:
        for term in terms[at:]:
            if "comma" in term or term.text in ("and", "then"):
                return False
            if "verb" in term and term.says("verb") not in ("be", "do"):
                return True
        return False

    def _linked(self, term: Term, terms: Sequence[Term], at: int) -> None:
        """ "Then", "while", "before", "and": end the clause, and say what the next one has to do with it in time."""
        self.again_if_elided()
        following = terms[at + 1] if at + 1 < len(terms) else None
        if following is not None and term.says("link") != "and" and {"state", "distance"} & set(following.kinds):
            self.being = self.being or self.subject is None
        relation = {"then": "after", "earlier": "before"}.get(term.says("link"), term.says("link"))
        if term.text.endswith(" by"):
            self.subject, self.being = None, False
        if relation == "after" and self.subject is not None and not self.here and self._goes_on(terms, at + 1):
            self.joined_subject = True
            self.waiting.append(lambda clause: clause.manners.append("in turn"))
            return
        if relation == "before" and at and terms[at - 1].text.startswith("stop"):
            self.close()
            self.negated, self.being = True, False
            return
        if relation == "and" and following is not None and "joint" in following:
            return
        if relation == "and":
            self.joined = bool(self.here)
            self.joined_subject = self.subject is not None
            self.contrast = term.text in _CONTRASTS
            self.negated = self.negated and self.subject is not None
            if self.being and self.subject is not None and self._more_follows(terms, at + 1):
                self.subject, self.joined_subject, self.being = None, False, False
            denied = self.last is not None and (self.last.negated or self.last.subject.none)
            if term.text in ("or", "nor") and denied and self.subject is None:
                self.negated = True
            self.additive = term.text in _ADDITIVES and self.subject is None
            self.close()
            return
        timed = self.here[-1].frames[-1:] if self.here and at and "comma" in terms[at - 1] else []
        if term.says("link") in ("after", "before", "when") or term.text in _OPENERS:
            if not self.here:
                self.opening = relation
            else:
                inverse = {"after": "before", "before": "after"}.get(relation, relation)
                self.close()
                self.link = (inverse, [self.here[-1]])
                if relation == "when" and timed and timed[0][0] in ("until", "at"):
                    moment = ("at", *timed[0][1:])
                    self.waiting.append(lambda clause: clause.frames.append(moment))
            return
        self.close()
        earlier = [
            clause for clause in self.clauses if clause.sentence == (self.number if self.here else self.number - 1)
        ]
        if self.here and relation == "after":
            earlier = earlier[-1:]
        if not self.here:
            earlier = earlier[-1:] if relation == "after" else earlier[:1] if relation == "before" else earlier
        last = self.last
        if last and relation == "meanwhile" and self.subject is None and not self._more_follows(terms, at + 1):
            last.manners.append("at once")
        elif last and self.subject is None and not self._more_follows(terms, at + 1, *_NAMED):
            last.order = (relation, [c for c in self.clauses if c is not last][-1:])
        elif self.link is None:
            self.link = (relation, earlier)

    def _goes_on(self, terms: Sequence[Term], at: int) -> bool:
        """ "The pinky, then the ring finger bend": whether another finger follows, that the same verb is for."""
        part = read_part(terms, at, self.context, as_object=False)
        return bool(self.subject and self.subject.fingers and part and part[0].fingers and not self.being)

    def _more_follows(self, terms: Sequence[Term], at: int, *kinds: str) -> bool:
        return any(
            any(kind in term for kind in (*_PREDICATES, "way", "together", "apart", *kinds)) for term in terms[at:]
        )

    def _row_end(self, terms: Sequence[Term], at: int) -> int:
        """ "From the index to the pinky", "beginning with the index": an end of a row of fingers; 0 if it is none."""
        start = at + 1
        while start < len(terms) and terms[start].text in ("with", "at", "from", "the", "on", "by"):
            start += 1
        part = read_part(terms, start, self.context, as_object=True)
        if part is None or len(part[0].fingers) != 1:
            return 0
        follows = terms[part[1]] if part[1] < len(terms) else None
        if follows is not None and any(kind in follows for kind in _PREDICATES) and follows.form != "ing":
            return 0
        finger, ends = part[0].fingers[0], terms[at].text == "to" or terms[at].says("verb") == "edge end"
        several = [clause for clause in self.here if len(clause.subject.fingers + clause.object.fingers) > 2]
        clause = next((c for c in reversed(self.here) if "in turn" in c.manners), several[-1] if several else None)
        if clause is not None:
            _add_to_row(clause, finger, ends)
        elif self.last is None or self.subject is not None:
            self.waiting.append(lambda clause: _add_to_row(clause, finger, ends))
        else:
            return 0
        return part[1]

    def _stays_so(self) -> bool:
        """ "... and remains so": what was told last, from then on; whether it is said."""
        last = next(
            (clause for clause in reversed(self.here) if clause.kind != "verb" or clause.value == "contact"), None
        )
        if not (self.stays and self.being and last):
            return False
        clause = replace(last, stays=True, when=["end"], frames=[], order=None, turns=False)
        self.here.append(clause)
        self.clauses.append(clause)
        self.being = False
        return True

    def _keeps_it(self, terms: Sequence[Term], at: int) -> bool:
        """ "Makes a fist and keeps it until frame 36": the state that was come to; whether it is said."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        ends = following is None or bool({"frames", "when", "comma", "link"} & set(following.kinds))
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

    def _place_among(self, terms: Sequence[Term], at: int) -> int:
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
        more = following is not None and not ({"comma", "link", "when", "frames"} & set(following.kinds))
        if more or last is None or not last.open or self.subject is not None or last.kind != "verb":
            return 0
        if manner not in last.manners:
            last.manners.append(manner)
        return at + 1

    def _another(self, terms: Sequence[Term], at: int) -> bool:
        """ "..., the second around frame 26": the same again, another time; whether it is so."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        alone = following is None or any(kind in following for kind in ("frames", "when", "comma"))
        determined = at > 0 and "det" in terms[at - 1]
        if not (self.last and alone and determined and self.last.nth):
            return False
        self.subject = self.last.subject
        self.again()
        if self.last is not None:
            self.last.nth, self.last.open = ORDINALS[terms[at].text], True
        return True

    def _row(self, terms: Sequence[Term], at: int) -> int:
        """ "From the index to the pinky": fingers that follow one another; 0 if it is none."""
        ends: list[str] = []
        for word in (("from",), ("to", "towards", "toward", "through", "until", "up to", "till")):
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
            for finger, is_end in zip(ends, (False, True), strict=True):
                _add_to_row(clause, finger, is_end)

        several = [clause for clause in self.here if len(clause.subject.fingers + clause.object.fingers) > 1]
        if self.subject is None and several:
            apply(next((clause for clause in several if "in turn" in clause.manners), several[-1]))
        else:
            self.waiting.append(apply)
        return at

    def _part(self, part: Part, terms: Sequence[Term], at: int, after: int, objective: bool) -> None:
        """A noun phrase: what the open clause is about, or the subject of the next."""
        last = self.last
        before = terms[max(0, after - 8) : after]
        if objective and last is not None and at and terms[at - 1].text in ("at", "by") and self._is_where(part, last):
            return
        self.context.recent += [member for member in part.members if len(part.members) == 1]
        noun = last is not None and last.term.text.endswith(("contact with", "contact of", "contact between"))
        if (
            objective
            and last is not None
            and (not self._is_subject(terms, at, after) or (noun and not last.object.members))
        ):
            before_it = terms[at - 1] if at else None
            self.direct = before_it is not None and not {"with", "of", "goal", "source"} & set(before_it.kinds)
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
        if part.state and part.members:
            told = Clause(terms[at], "state", part.state, self.number, replace(part, state=""), turns=True, open=False)
            self.clauses.append(told)
        if part.members and not self.with_subject:
            for clause in self.here:
                if clause.unresolved and not clause.subject.members:
                    clause.subject, clause.unresolved = part, False

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
        if (
            at < len(terms)
            and {"together", "apart"} & set(terms[at].kinds)
            and start
            and terms[start - 1].text == "with"
        ):
            return True
        for term in terms[at:]:
            if any(kind in term for kind in _PREDICATES):
                absolute = start > 0 and terms[start - 1].text == "with"
                return term.form != "ing" or "state" in term or absolute
            if not any(kind in term for kind in ("speed", "manner", "not", "when")) or "comma" in term:
                return False
        return False


def _add_to_row(clause: Clause, finger: str, ends: bool) -> None:
    """Let a finger be the first or the last of the row in which the fingers of a clause follow one another."""
    if ends:
        clause.ends = finger
    else:
        clause.begins = finger
    if "in turn" not in clause.manners and clause.kind != "state":
        clause.manners.append("in turn")
