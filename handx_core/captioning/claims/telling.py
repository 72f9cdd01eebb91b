"""From the clauses of a whole text to its claims, with their order in time.

What belongs here: what a clause owes to others of its text. What does not: reading clauses (`clauses`), and what one
clause claims by itself (`meaning`).
"""

from collections.abc import Sequence
from typing import Final

from handx_core.captioning.claims.claim import Claim, Clause, Order, changed
from handx_core.captioning.claims.meaning import claims_of

_LASTS: Final = ("rest", "stay", "remain")
"""How verbs begin of what touches and goes on to."""


_POSTURES: Final = ("straight", "bent", "partly bent", "fully bent", "fist")


def claims_of_text(clauses: Sequence[Clause], side: str) -> list[Claim]:
    """The claims of all clauses, with their order in time. side: what the text is about."""
    found: list[Claim] = []
    places: dict[int, range] = {}
    for place, clause in enumerate(clauses):
        _take_from_text(clause, clauses[:place], clauses[place + 1 : place + 2])
    if clauses:
        _last_until_end(clauses[-1])
    silent = {id(clause) for clause in clauses if _is_empty(clause)}
    silent = silent if len(silent) < len(clauses) else set()
    of_sentence: dict[int, range] = {}
    for clause in clauses:
        start = len(found)
        if id(clause) not in silent:
            found += claims_of(clause, side)
        places[id(clause)] = range(start, len(found))
        of_sentence[clause.sentence] = range(of_sentence.get(clause.sentence, places[id(clause)]).start, len(found))
    for clause in clauses:
        if clause.order:
            to = [places[id(other)] for other in clause.order[1] if id(other) in places]
            give_place(found, clause.order[0], to, places[id(clause)], of_sentence[clause.sentence])
    return found


def _take_from_text(clause: Clause, before: Sequence[Clause], following: Sequence[Clause]) -> None:
    """Give a clause what it owes to those before it, and the next one what it owes to this."""
    if clause.value == "separation":
        _complete(clause, before)
    elif clause.value in ("parting", "together") and not clause.object.members:
        _part_from_touched(clause, before)
    if clause.begins or clause.ends:
        _pass_on_row(clause, following)


def give_place(found: list[Claim], relation: str, to: Sequence[range], own: range, sentence: range) -> None:
    """Give the first claim of a clause its place in time, and what it refers to the same sense of time.

    found: the claims of a text. to: those that the relation is to, clause by clause. own: those of the clause.
    sentence: those of its sentence.
    """
    others = tuple([place for places in to for place in places])
    if not (own and others):
        return
    first = own[0]
    of: tuple[int, ...] = (first,)
    if relation == "meanwhile" and first not in others and {*sentence}.isdisjoint(others):
        of = (*sentence,)
    for place in others:
        claim = found[place]
        if relation != "meanwhile" or claim.what == "still" or (claim.what in _POSTURES and not claim.when):
            later = relation == "before" and claim.when == ("throughout",) and claim.what != "contact"
            if later or not claim.passing:
                found[place] = changed(claim, passing=True, when=() if later else claim.when)
    found[first] = changed(found[first], order=Order(relation, others, of))


def _is_empty(clause: Clause) -> bool:
    """ "With a quick motion", "it moves": a movement of which nothing is said."""
    return clause.value == "move" and not (
        clause.ways or clause.negated or clause.count or clause.returns or clause.toward
    )


def _last_until_end(last: Clause) -> None:
    """Have what a text says last, that something is held or goes on to touch, be so at the end of the clip."""
    if last.when or last.frames:
        return
    if last.held:
        last.so = True
    rests = last.value == "contact" and last.term.text.startswith(_LASTS)
    if rests and last.order and last.order[0] == "after":
        last.when = ["end"]


def _pass_on_row(clause: Clause, following: Sequence[Clause]) -> None:
    """ "Moving from the index to the pinky, the thumb taps them": the row is of what is done on the way."""
    if not clause.value.startswith("move"):
        return
    for other in following:
        if other.sentence == clause.sentence and not (other.begins or other.ends) and other.kind == "verb":
            other.begins, other.ends = clause.begins, clause.ends
            other.manners.append("in turn")


def _complete(clause: Clause, before: Sequence[Clause]) -> None:
    """Let what parts be what touched before, and fingers that let go after they have bent straighten."""
    if clause.object.members or clause.object.mutual:
        return
    same = [other for other in before if other.subject.members == clause.subject.members]
    touched = next((other for other in reversed(same) if other.value == "contact" and other.object.members), None)
    if touched is not None:
        clause.object = touched.object
    elif same and same[-1].value in ("bend", "fist") and clause.term.text.startswith("releas"):
        clause.value = "straighten"


def _part_from_touched(clause: Clause, before: Sequence[Clause]) -> None:
    """ "Touches the palm and parts", "touches the thumb; they stay together": from what, or with what, it touched."""
    touches = (other for other in reversed(before) if other.value == "contact")
    touched = next(
        (other for other in touches if other.object.members or other.object.twin or other.subject.tips), None
    )
    if touched is None or touched.negated:
        return
    recent = clause.subject.pronoun and touched.sentence + 1 >= clause.sentence
    if recent and clause.value == "parting" and clause.subject.things == {"hand"} and touched.subject.fingers:
        clause.subject, clause.object, clause.value = touched.subject, touched.object, "separation"
    if touched.subject.members != clause.subject.members:
        return
    if not (clause.subject.pronoun or touched.sentence == clause.sentence):
        return
    clause.object, clause.stays = touched.object, False
    if clause.value == "parting":
        clause.value = "separation"


def is_settled(clause: Clause, touches: bool) -> bool:
    """Whether what a clause claims is no matter of the text around it, nor of which frames its marks stand for.

    What parts may be what touched before, what is held or stays is so at the end of a text, a row may be of what is
    told next, "only from" is a matter of frames. touches: whether something does in the clause's sentence.
    """
    if clause.value == "separation":
        parts = not (clause.object.members or clause.object.mutual)
    else:
        told = touches or clause.subject.pronoun
        parts = clause.value in ("parting", "together") and told and not clause.object.members
    stays = clause.held or (clause.value == "contact" and clause.term.text.startswith(_LASTS))
    timed = bool(clause.when or clause.frames)
    in_row = bool(clause.begins or clause.ends) and clause.value.startswith("move")
    return not (parts or (stays and not timed) or in_row or clause.only_from or _is_empty(clause))
