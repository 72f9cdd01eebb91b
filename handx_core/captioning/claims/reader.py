"""What a text says of a motion, as claims that can be checked: read by a small grammar, with no model.

What belongs here: going through a text, term by term, and the order of claims in time. What does not: the vocabulary
(`words`, `verbs`, `time_words`), sentences (`sentences`, `said`), terms (`terms`), putting them plainly
(`rewriting`), noun phrases (`parts`, `phrases`), verbs (`predicates`), clauses
(`clauses`, `rows`), what a verb claims (`meaning`) and what is true (`judge`).

The grammar is shallow, and holds for captions: a sentence is a row of clauses, each a noun phrase, a verb, and words
that say where, when, how fast and how often. What stands before a verb belongs to it, what stands after it as well, as
long as no comma, "and" or "then" is in between. A clause without a subject has that of the one before.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from handx_core.captioning.claims.claim import ORDINALS, Claim, Clause, Order
from handx_core.captioning.claims.clauses import TAKES_OBJECT, before_it
from handx_core.captioning.claims.memory import Memory, Watched, key_of, reading_of
from handx_core.captioning.claims.parts import Context, read_part
from handx_core.captioning.claims.predicates import Predicates
from handx_core.captioning.claims.readings import (
    Mentions,
    Reading,
    Sentence,
    frames_of,
    marked,
    recall,
    settled_claims,
)
from handx_core.captioning.claims.rewriting import rewritten
from handx_core.captioning.claims.rows import PREDICATES
from handx_core.captioning.claims.said import OPENERS, Said, Values, common_terms, said, said_as_whole
from handx_core.captioning.claims.sentences import split_sentences
from handx_core.captioning.claims.telling import claims_of_text
from handx_core.captioning.claims.terms import Term, sentence_terms, with_frames

__all__ = ["Claim", "Order", "parse_claims"]

_NAMED: Final = ("finger", "noun", "side")
_NAMING: Final = frozenset({"det", "side", "finger", "noun", "possessive", "comma", "of", "with"})
"""Kinds of terms that only ever belong to a noun phrase, or join it to a verb; `_JOINING` may also begin a row."""
_JOINING: Final = ("from", "to", "on", "against", "upon")
_SPECIAL: Final = frozenset(
    {"not", "number", "count", "manner", "except", "unlike", "only", "so", "there", "pronoun", "first", "ordinal"}
)
"""Kinds of terms that are more than a predicate, a modifier or part of a noun phrase."""
_MODIFIERS: Final = ("frames", "joint", "speed", "when", "manner", "way", "link", "nth")
_ONTO: Final = ("to", "onto", "on", "against", "upon")
_SO: Final = ("so", "there", "that way", "this way", "like that", "like this")
_ADDITIVES: Final = ("along with", "together with", "as well as", "in addition to", "plus", "besides")
_CONTRASTS: Final = ("but", "yet", "although", "though", "even though", "however")


@lru_cache(maxsize=2_000)
def parse_claims(text: str, side: str) -> list[Claim]:
    """The claims of a text, in its order. side: "left", "right" or "interaction", for what is said of no named hand."""
    so_far = _SoFar(side)
    for sentence, frames, _ in split_sentences(text):
        so_far.read(sentence, frames)
    return so_far.claims()


_memory: Final = Memory()


class _SoFar:
    """What was read of a text: by the readings of its sentences; from one that may change those before on, by clauses.

    side: what the text is about. n_clauses: in all, and (n_previous) of the last sentence.
    """

    def __init__(self, side: str) -> None:
        self.side = side
        self.context = Context(side)
        self.n_clauses = self.n_previous = 0
        self._sentences: list[Sentence] = []
        self._reader: _Reader | None = None

    def read(self, sentence: str, frames: Mentions) -> None:
        """Read on. frames: those that the marks in the sentence stand for."""
        what = said(sentence)
        reading = self._remembered(what, frames)
        if reading is not None and what.opening and not reading.clauses:  # "Then the index": only the last verb says
            what = said_as_whole(sentence)
            reading = self._remembered(what, frames)
        if reading is None:
            self._reader = self._as_clauses()
            self._reader.read(with_frames(rewritten(sentence_terms(sentence)), frames))
        else:
            values: Values = what.values | frames_of(frames) if frames else what.values
            self._take(Sentence(reading, what.opening, values))
        if self._reader is not None:
            self.context, self.n_clauses = self._reader.context, len(self._reader.clauses)
            self.n_previous = len(self._reader.of_sentence(self._reader.number))

    def _take(self, sentence: Sentence) -> None:
        """Take in a sentence by its reading."""
        if self._reader is not None:
            recall(sentence, self._reader)
            return
        self._sentences.append(sentence)
        self.n_previous = len(sentence.reading.clauses)
        self.n_clauses += self.n_previous
        sentence.reading.tell(self.context)

    def claims(self) -> list[Claim]:
        """What the text claims."""
        found = settled_claims(self._sentences, self.side) if self._reader is None else None
        return claims_of_text(self._as_clauses().clauses, self.side) if found is None else found

    def _as_clauses(self) -> "_Reader":
        """A reader that has read so far."""
        if self._reader is not None:
            return self._reader
        reader = _Reader(self.side)
        for sentence in self._sentences:
            recall(sentence, reader)
        return reader

    def _remembered(self, what: Said, frames: Mentions) -> Reading | None:
        """What becomes of a sentence after what was read; None if that cannot be said once for all."""
        key = key_of(what.words, frames, self)
        there, reading = _memory.find(key, self)
        if not there:
            before = self._as_clauses()
            trial, context = _Reader(self.side, before), Watched(before.context)
            trial.context, trial.asked = context, context.asked
            trial.read(with_frames(rewritten(common_terms(what.rest)), marked(frames)))
            reading = reading_of(trial, context, before)
            _memory.keep(key, trial.asked, self, reading)
        return reading


class _Reader(Predicates):
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
        if not _NAMING.issuperset(term) or term.text in _JOINING:
            if not _SPECIAL.isdisjoint(term) or term.text in _JOINING or term.says("verb").startswith("edge"):
                for take in (self._counted, self._quoted, self._again, self._in_row):
                    after = take(term, terms, at)
                    if after:
                        return after
            if self.is_predicate(terms, at):
                return self.predicate(terms, at)
            for kind in _MODIFIERS:
                if kind in term:
                    self._modifier(kind, term, terms, at)
                    return at + 1
        return self._named(term, terms, at)

    def _counted(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """ "Not", "three times", "twice", and "together" that a verb has said already; 0 if it is none of them."""
        following = terms[at + 1] if at + 1 < len(terms) else None
        if "not" in term and not ("quantifier" in term and self.names(terms, at)):
            self.negated = True
            self.never = term.text != "not"
            return at + 1
        if "number" in term and following is not None and "times" in following:
            self.add_count(int(term.says("number")))
            return at + 2
        if "count" in term and not ("link" in term and following is not None and self.begins(following)):
            repeated = at > 0 and terms[at - 1].text.endswith("repeated")
            self.add_count(-1 if repeated else int(term.says("count")))
            return at + 1
        return at + 1 if term.says("manner") == "at once" and self.is_joined_verb(terms, at) else 0

    def _quoted(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """ "Except the thumb", "unlike the others", "only the index"; 0 if it is none of them."""
        if "except" in term and "link" not in term and self.subject is None:
            left_out = read_part(terms, at + 1, self.context, as_object=True)
            if left_out and left_out[0].fingers:
                if self.last is not None and self.last.open:
                    self.last.excluded = left_out[0].fingers
                else:
                    self.excluded = left_out[0].fingers
                return left_out[1]
        if "unlike" in term:
            other = read_part(terms, at + 1, self.context, as_object=True)
            if other and any("which" in one for one in terms[other[1] : other[1] + 2]):
                self.subject = other[0]
            return other[1] if other else at + 1
        return self._only(terms, at) if "only" in term else 0

    def _only(self, terms: Sequence[Term], at: int) -> int:
        following = terms[at + 1] if at + 1 < len(terms) else None
        self.only = self.names(terms, at + 1) and (self.subject is None or self.subject.pronoun)
        if self.being and self.subject and following is not None and {"one", "noun"} & following.keys():
            self.only = True
            return at + 2
        if following is not None and "when" in following:
            if self.last is not None:
                self.last.only_when = True
            return at + 1
        if self.last is not None and following is not None and "frames" in following:
            self.last.only_from = True
        elif self.last is not None and self.last.open and self.last.value == "contact" and self.subject is None:
            self.last.only = self.last.only_object = self.only or bool(self.last.object.members)
            self.only = False
        return at + 1

    def _again(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """ "Stays so", "keeps it", "the second": what was told before; 0 if it is none of them."""
        if term.text in _SO and self.stays_so(term.text):
            return at + 1
        if "pronoun" in term and self.being and at and self.keeps_it(terms, at):
            return at + 1
        on_it = term.text in ("on", "against", "upon") and at + 1 < len(terms) and "pronoun" in terms[at + 1]
        if on_it and self.stays_so("there"):
            return at + 2
        return at + 1 if term.text in ORDINALS and self.another(terms, at) else 0

    def _in_row(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """ "From the index to the pinky", "the index first"; 0 if it is none of them."""
        if term.text in ("first", "last") or (self.being and term.text in ORDINALS):
            if self.add_place_in_row(term) or self.is_end_of_row(terms, at):
                return at + 1
            after = self.end_of_row(terms, at)
            if after:
                return after
            return self.place_among(terms, at)
        after = self.row(terms, at) if term.text == "from" else 0
        if not after and ("edge" in term.says("verb") or (self.ordered and term.text in ("from", "to"))):
            after = self.row_end(terms, at)
        return after

    def _named(self, term: Term, terms: Sequence[Term], at: int) -> int:
        """A noun phrase with the word that joins it to a verb, or a comma."""
        last = self.last
        objective = last is not None and last.open and self.subject is None
        if {"goal", "source"} & term.keys():
            if objective and last is not None and last.kind == "verb":
                last.toward = "toward" if "goal" in term else "away"
            return at + 1
        if term.text in _ONTO and objective and last is not None and last.value.startswith("move"):
            last.toward = "to"
        takes = last is not None and (last.value if last.kind == "verb" else last.kind) in TAKES_OBJECT
        part = read_part(terms, at, self.context, as_object=objective and takes)
        if part:
            self.part(part[0], terms, at, part[1], objective)
            return part[1]
        if "comma" in term:
            self.add_elided()
            self.close()
        return at + 1

    def _modifier(self, kind: str, term: Term, terms: Sequence[Term], at: int) -> None:
        if kind == "link":
            self._linked(term, terms, at)
            return
        last = self.last
        noun = kind in ("way", "speed") and self.being and last is not None and last.term.form == "noun"
        if noun and last is not None and self.subject is not None and self.subject.pronoun:
            self.subject, last.open = None, True
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
                clause.when.append(term.says("when"))
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
        if following is not None and term.says("link") != "and" and {"state", "distance"} & following.keys():
            self.being = self.being or self.subject is None
        relation = {"then": "after", "earlier": "before"}.get(term.says("link"), term.says("link"))
        if relation == "when" and any(one.says("verb") == "have" for one in terms[at + 1 : at + 6]):
            relation = "after"
        if term.text.endswith(" by"):
            self.subject, self.being = None, False
        if relation == "and":
            if following is None or "joint" not in following:
                self._joined(term, terms, at)
        elif relation == "after" and self.subject is not None and not self.here and self._goes_on(terms, at + 1):
            self.joined_subject = True
            self.waiting.append(lambda clause: clause.manners.append("in turn"))
        elif relation == "before" and at and terms[at - 1].text.startswith("stop"):
            self.close()
            self.negated, self.being = True, False
        elif term.says("link") in ("after", "before", "when") or term.text in OPENERS:
            self._subordinate(relation, terms, at)
        else:
            self._in_time(relation, terms, at)

    def _joined(self, term: Term, terms: Sequence[Term], at: int) -> None:
        """ "And", "but", "or", "along with"."""
        self.joined = bool(self.here)
        self.joined_subject = self.subject is not None
        self.apart = at > 0 and "comma" in terms[at - 1]
        self.contrast = term.text in _CONTRASTS
        self.negated = self.negated and self.subject is not None
        if self.being and self.subject is not None and self._more_follows(terms, at + 1):
            self.subject, self.joined_subject, self.being = None, False, False
        denied = self.last is not None and (self.last.negated or self.last.subject.none)
        if term.text in ("or", "nor") and denied and self.subject is None:
            self.negated = True
        self.additive = term.text in _ADDITIVES and self.subject is None
        self.close()

    def _subordinate(self, relation: str, terms: Sequence[Term], at: int) -> None:
        """ "After", "before", "when", "while": what follows is told for the time of the clause before or after it."""
        if not self.here:
            self.opening = relation
            self.fronted, self.waiting = self.waiting, []
            return
        timed = self.here[-1].frames[-1:] if at and "comma" in terms[at - 1] else []
        inverse = {"after": "before", "before": "after"}.get(relation, relation)
        self.close()
        self.link = (inverse, [self.here[-1]])
        if relation == "when" and timed and timed[0][0] in ("until", "at", "begins", "ends"):
            moment = ("at", *timed[0][1:])
            self.waiting.append(lambda clause: clause.frames.append(moment))

    def _in_time(self, relation: str, terms: Sequence[Term], at: int) -> None:
        """ "Then", "earlier", "meanwhile": a clause of its own, or a word about the one before."""
        self.close()
        earlier = self.of_sentence(self.number) if self.here else self.sentence_before()
        if self.here and relation == "after":
            earlier = earlier[-1:]
        if not self.here:
            earlier = before_it(relation, earlier)
        last = self.last
        if last and relation == "meanwhile" and self.subject is None and not self._more_follows(terms, at + 1):
            last.manners.append("at once")
        elif last and self.subject is None and not self._more_follows(terms, at + 1, *_NAMED):
            others = [clause for clause in self.of_sentence(self.number) if clause is not last]
            last.order = (relation, (others or self.sentence_before())[-1:])
        elif self.link is None:
            self.link = (relation, earlier)

    def _goes_on(self, terms: Sequence[Term], at: int) -> bool:
        """ "The pinky, then the ring finger bend": whether another finger follows, that the same verb is for."""
        part = read_part(terms, at, self.context, as_object=False)
        return bool(self.subject and self.subject.fingers and part and part[0].fingers and not self.being)

    def _more_follows(self, terms: Sequence[Term], at: int, *kinds: str) -> bool:
        return any(
            any(kind in term for kind in (*PREDICATES, "way", "together", "apart", *kinds)) for term in terms[at:]
        )
