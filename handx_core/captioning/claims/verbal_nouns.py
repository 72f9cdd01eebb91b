"""A noun made of a verb, and how it is put as that verb, or as the state that it names.

What belongs here: "performs a bend" and "a contact ends" as the verb with whom it is said of. What does not: finding
such nouns in a sentence (`nouns`).
"""

from dataclasses import dataclass, field
from typing import Final

from handx_core.captioning.claims.terms import Term, Terms

IDLE: Final = ("be", "do", "have", "occurs", "changes", "edge start", "edge end", "light", "still")
_STATES: Final = {
    "bend": "bent", "straighten": "straight", "hyperextended": "hyperextended", "spread": "spread", "close": "together",
}  # fmt: skip
_HOLDS: Final = ("maintain", "keep", "kept", "hold", "held", "retain", "preserv", "sustain", "enter")
_PARTLY: Final = ("slight", "partial", "moderate", "gentle", "small", "relaxed", "loose", "soft", "light", "subtle")


@dataclass
class Noun:
    """A noun made of a verb, with where its phrase begins and ends and whom it is said of."""

    verb: Term
    end: int
    modifiers: list[Term]
    negated: bool = False
    derived: bool = False
    plural: bool = False
    adjectives: list[Term] = field(default_factory=list)
    owner: list[Term] = field(default_factory=list)
    subject: list[Term] = field(default_factory=list)
    object: list[Term] = field(default_factory=list)

    def put(self, terms: Terms, found: list[Term]) -> int:
        """Put it as a verb behind what was found; the place in the sentence from which to go on."""
        if self._is_state(found):
            return self.end
        while found and (found[-1].text in ("with", "in", "by", "at", "to") and "frames" not in found[-1]):
            linking = found.pop()
            fronted = not found or found[-1].text in (",", "and", "then")
            if linking.text == "with" and not fronted:
                found.append(Term("and", {"link": "and"}))
            elif not self.subject and not self.owner and fronted:
                self.verb = self.verb.put(form="ing")
        fronted = self.verb.form == "ing" and self.verb.says("verb") == "move" and self.derived
        if fronted and not any("way" in term for term in self.modifiers):
            found += self.modifiers
            return self.end
        self._drop_light_verb(found)
        at = self._drop_idle_verb(terms)
        who = self.subject or self.owner
        negation = [Term("not", {"not": "not"})] if self.negated else []
        counts = [term for term in self.modifiers if "count" in term and not who]
        others = [term for term in self.modifiers if term not in counts]
        found += [*who, *negation, *others, self.verb, *counts, *self.object]
        return at

    def _is_state(self, found: list[Term]) -> bool:
        """ "Is in flexion", "returns to extension", "maintains hyperextension": put as a state; whether it is one."""
        state = _STATES.get(self.verb.says("verb"), "")
        last = found[-1] if found else None
        if not state or self.subject or last is None or len(found) < 2:
            return False
        place = len(found) - 1 - (last.text in ("in", "into", "to", "at"))
        while place and {"speed", "when", "det"} & found[place].keys():
            place -= 1
        verb = found[place]
        inside = last.text in ("in", "into", "to", "at") and ("verb" in verb)
        partly = any(term.text in _PARTLY for term in self.adjectives)
        holds = verb.says("verb") == "be" and verb.text.startswith(_HOLDS)
        if not inside and not (holds or (partly and verb.says("verb") == "have")):
            return False
        if inside and not (self.derived or verb.says("verb") == "be"):
            return False
        if partly:
            state = "partly bent" if state == "bent" else state
        if inside:
            found.pop()
        if verb.says("verb") == "have":
            found[place] = Term(verb.text, {"verb": "be"}, verb.form)
        full = any(term.text == "full" for term in self.modifiers)
        found += [term for term in self.modifiers if "manner" not in term]
        found.append(Term(self.verb.text, {"state": "fully bent" if full and state == "bent" else state}))
        return True

    def _drop_light_verb(self, found: list[Term]) -> None:
        """Leave out the verb whose object the noun is: "performs a bend"; a "not" before it stays."""
        place = len(found)
        while place and any(kind in found[place - 1] for kind in ("speed", "manner", "when", "adjective")):
            place -= 1
        reaches = place and found[place - 1].text.startswith("reach") and self.verb.says("verb") != "contact"
        if place and (is_idle(found[place - 1]) or reaches):
            del found[place - 1]

    def _opens(self, term: Term) -> bool:
        """ "The pinch opens again"."""
        return self.verb.says("verb") == "contact" and term.form == "s" and term.says("verb") == "straighten"

    def _grows(self, term: Term) -> bool:
        """ "The spread between two fingers grows", or shrinks."""
        if self.verb.says("verb") != "spread" or term.says("verb") not in ("spread", "close") or term.form != "s":
            return False
        self.verb = self.verb.put({"verb": term.says("verb")})
        return True

    def _drop_idle_verb(self, terms: Terms) -> int:
        """Leave out the verb whose subject the noun is: "a bend takes place"; "a contact ends" is a separation."""
        at = self.end
        if at + 1 < len(terms) and "not" in terms[at] and terms[at + 1].text.startswith("last"):
            at += 1
        while at < len(terms) and (
            is_idle(terms[at])
            or "unknown" in terms[at]
            or is_end(terms[at])
            or self._grows(terms[at])
            or self._opens(terms[at])
        ):
            if (is_end(terms[at]) or self._opens(terms[at])) and self.verb.says("verb") == "contact":
                self.verb = self.verb.put({"verb": "separation"})
            if terms[at].text.endswith("repeated") and at + 1 < len(terms) and "count" in terms[at + 1]:
                self.modifiers.append(Term("repeatedly", {"manner": "many"}))
                at += 1
            at += 1
        return at


def is_idle(term: Term) -> bool:
    return "verb" in term and term.says("verb") in IDLE and not ({"state", "position", "distance"} & term.keys())


def is_end(term: Term) -> bool:
    """Whether a verb says of a contact that it is over."""
    return term.says("verb") in ("ends", "edge end") or term.text == "over" or term.text.startswith(("releas", "stop"))
