"""What refers back to something put plainly: "which", "it", "comes back", "at the same time".

What belongs here: words that stand for something said before, from terms to terms. What does not: pronouns as parts of
hands (`parts`), and set ways of saying something (`idioms`).
"""

from collections.abc import Callable
from typing import Final

from handx_core.captioning.claims.exchange import Exchange, place_by_place
from handx_core.captioning.claims.parts import OTHER
from handx_core.captioning.claims.terms import Term, Terms


def _only_of(terms: Terms) -> list[Term]:
    """The terms with "the only finger of this hand that bends" as "the only finger that bends"."""
    found: list[Term] = []
    at = 0
    while at < len(terms):
        found.append(terms[at])
        at += 1
        sided = at > 1 and "only" in terms[at - 2] and "side" in found[-1] and at < len(terms)
        if sided and {"noun", "one"} & terms[at].keys() and any(one.says("verb") == "be" for one in terms[:at]):
            found.pop()
            continue
        only = len(found) > 1 and "only" in found[-2] and bool({"noun", "one"} & found[-1].keys())
        if not only or at >= len(terms) or terms[at].text not in ("of", "on"):
            continue
        end = at + 1
        while end < len(terms) and {"det", "side"} & terms[end].keys():
            end += 1
        if end < len(terms) and terms[end].says("noun") == "hand":
            at = end + 1
    return found


@place_by_place
def _stays_up(terms: Terms, at: int) -> Exchange | None:
    """ "Stays up for a while" as "is still for a while"."""
    stays = terms[at].says("verb") == "be" and terms[at].text.startswith(("stay", "remain", "keep", "hold"))
    up = stays and at + 1 < len(terms) and terms[at + 1].text in ("up", "down")
    if not (up and (at + 2 >= len(terms) or {"comma", "link", "when", "frames"} & terms[at + 2].keys())):
        return None
    return [terms[at].put({"verb": "still"}), Term("for a while", {"when": "some time"})], at + 2


def _at_once(terms: Terms) -> list[Term]:
    """The terms with "touch at the same time (frames 12 to 44)" as "touch at once"."""
    found = list(terms)
    for at in range(1, len(found)):
        ends = at + 1 == len(found) or {"comma", "frames", "when", "link"} & found[at + 1].keys()
        behind = not {"comma", "link"} & found[at - 1].keys()
        if found[at].text in ("at the same time", "simultaneously", "at the same moment") and ends and behind:
            found[at] = Term(found[at].text, {"manner": "at once"})
    return found


def _comes_back(terms: Terms) -> list[Term]:
    """The terms with "is hyperextended, then comes back" as "..., then straightens"."""
    found = list(terms)
    turned = moved = False
    for at, term in enumerate(terms):
        ends = at + 1 == len(terms) or {"comma", "link", "when", "frames", "speed"} & terms[at + 1].keys()
        if term.text in _COMING_BACK and turned and not moved and ends:
            found[at] = Term(term.text, {"verb": "straighten"}, term.form)
        turned = turned or bool(
            {term.says("verb"), term.says("state")} & {"hyperextended", "bend", "bent", "fully bent"}
        )
        moved = moved or term.says("verb").startswith("move")
    return found


_COMING_BACK: Final = (
    "comes back",
    "come back",
    "returns",
    "return",
    "goes back",
    "recovers",
    "returning",
    "coming back",
)


def _after_as(terms: Terms) -> list[Term]:
    """The terms with "after 16 frames as a fist" as "after being a fist"."""
    for at, term in enumerate(terms):
        if term.says("link") != "after":
            continue
        end = at + 1
        while end < len(terms) and {"with", "det", "adjective", "unknown", "number"} & terms[end].keys():
            end += 1
        if end > at + 1 and end + 1 < len(terms) and terms[end].text == "as" and "state" in terms[end + 1]:
            return [*terms[: at + 1], Term("being", {"verb": "be"}, "ing"), *terms[end + 1 :]]
    return list(terms)


def _pinch_opens(terms: Terms) -> list[Term]:
    """The terms with "the pinch is closed by frame 15, open again by frame 50" as "they touch ..., and part ..."."""
    at = next((place for place, term in enumerate(terms) if term.text in ("pinch", "pinches", "grip")), None)
    others = [term for term in terms if {"finger", "noun", "side"} & term.keys()]
    if at is None or others:
        return list(terms)
    found = list(terms[: at + 1])
    for term in terms[at + 1 :]:
        if term.text.startswith("open") or term.text == "over":
            found.append(Term(f"comes {term.text}", {"verb": "separation"}, "s"))
        elif not (term.text == "closed" or term.says("verb") == "be"):
            found.append(term)
    return found


@place_by_place
def _back_together(terms: Terms, at: int) -> Exchange | None:
    """ "Move apart and back together" as "move apart and come together"."""
    joined = at > 0 and "link" in terms[at - 1] and terms[at].text == "back" and at + 1 < len(terms)
    if not (joined and terms[at + 1].text in ("together", "apart")):
        return None
    value = "joining" if terms[at + 1].text == "together" else "parting"
    return [Term(f"move {terms[at + 1].text}", {"verb": value})], at + 2


def _which(terms: Terms) -> list[Term]:
    """The terms with "over the right one, which keeps still" as "over the right one, the right one keeps still"."""
    found: list[Term] = []
    for at, term in enumerate(terms):
        following = terms[at + 1] if at + 1 < len(terms) else None
        tells = (
            following is not None and "verb" in following and following.says("verb") not in ("occurs", "light", "ends")
        )
        if term.text not in ("which", "who") or not (found and "comma" in found[-1] and tells):
            found.append(term)
            continue
        start = len(found) - 1
        while start and not _PHRASE.isdisjoint(found[start - 1]) and not {"verb", "way"} & found[start - 1].keys():
            start -= 1
        found += found[start:-1]
    return found


_PHRASE: Final = frozenset({"det", "side", "finger", "noun", "number", "one", "state"})


def _releases_it(terms: Terms) -> list[Term]:
    """The terms with "makes a fist and releases it" as "makes a fist and straightens"."""
    found: list[Term] = []
    fist = False
    at = 0
    while at < len(terms):
        term, following = terms[at], terms[at + 1] if at + 1 < len(terms) else None
        fist = fist or term.says("verb") == "fist" or term.says("state") == "fist" or term.text == "fist"
        if fist and term.text.startswith(_RELEASES) and following is not None and following.text in ("it", "them"):
            found.append(Term(term.text, {"verb": "straighten"}, term.form))
            at += 2
        else:
            found.append(term)
            at += 1
    return found


def _lifts_off(terms: Terms) -> list[Term]:
    """The terms with "tap, lift, tap" as "tap, part, tap": what has touched lifts off, and does not rise by itself."""
    found = list(terms)
    for at, term in enumerate(terms):
        lifts = term.text.startswith("lift") and term.says("verb") == "move up" and " " not in term.text
        ends = at + 1 == len(terms) or bool({"comma", "link", "manner", "when", "frames"} & terms[at + 1].keys())
        joined = at > 0 and bool({"comma", "link"} & terms[at - 1].keys())
        touched = next((one for one in reversed(terms[:at]) if "verb" in one), None)
        if lifts and ends and joined and touched is not None and touched.says("verb") in ("contact", "separation"):
            found[at] = Term(term.text, {"verb": "separation"}, term.form)
    return found


def _listed_before(terms: Terms) -> list[Term]:
    """The terms with "tap, lift, tap: the index on the palm" as "the index on the palm taps, lifts, taps"."""
    colon = next((at for at, term in enumerate(terms) if term.text == ":"), 0)
    deeds, named = terms[:colon], list(terms[colon + 1 :])
    plain = all({"verb", "comma", "link", "manner", "speed", "count", "when"} & term.keys() for term in deeds)
    verbs = [term for term in deeds if "verb" in term]
    if len(verbs) < 2 or not plain or verbs[0].says("verb") != "contact" or any("verb" in term for term in named):
        return list(terms)
    on = next((at for at, term in enumerate(named) if term.text in ("on", "onto", "against", "and", "to")), 0)
    one, other = named[:on], named[on + 1 :]
    if not (one and other and all(not _PHRASE.isdisjoint(term) for term in (*one, *other))):
        return list(terms)
    first = deeds.index(verbs[0])
    return [*one, verbs[0].put(form="s"), *other, *deeds[:first], *deeds[first + 1 :]]


def _one_hand(terms: Terms) -> list[Term]:
    """The terms with "one hand, the left, taps and the other rises" as "the left hand taps and the right rises"."""
    one = next((at for at, term in enumerate(terms) if "one" in term and _is_hand_or_ends(terms, at + 1)), None)
    told = next(((at, end) for at in range(len(terms)) for end in [_side_end(terms, at)] if end), None)
    if one is None or told is None or told[0] < one:
        return list(terms)
    other = next((at for at in range(one, len(terms)) if terms[at].says("quantifier") == "other"), len(terms))
    said = next(term.says("side") for term in terms[told[0] : told[1]] if "side" in term)
    names = terms[told[0]].text == ":" or any("namely" in term for term in terms[told[0] : told[1]])
    of_one = said if told[0] < other or names else OTHER[said]
    found: list[Term] = []
    at = 0
    while at < len(terms):
        end = _side_end(terms, at)
        if end:
            between = end < len(terms) and "comma" in terms[end] and found[-1].says("noun") == "hand"
            at = end + between
        elif at in (one, other) and (at == one or _is_hand_or_ends(terms, at + 1)):
            found = found[:-1] if found and "det" in found[-1] else found
            side = of_one if at == one else OTHER[of_one]
            found += [Term("the", {"det": "the"}), Term(side, {"side": side}), Term("hand", {"noun": "hand"})]
            at += 1 + (at + 1 < len(terms) and ("one" in terms[at + 1] or terms[at + 1].says("noun") == "hand"))
        else:
            found.append(terms[at])
            at += 1
    return found


def _is_hand_or_ends(terms: Terms, at: int) -> bool:
    """Whether "one" or "the other" is of a hand, or stands by itself."""
    if at >= len(terms) or terms[at].says("noun") == "hand":
        return True
    return "one" in terms[at] or not {"noun", "finger", "side", "of", "quantifier", "number"} & terms[at].keys()


def _side_end(terms: Terms, at: int) -> int:
    """The place after ", the left one" or "(the left)" that says which hand is meant; 0 if it is none."""
    if "comma" not in terms[at]:
        return 0
    at += at + 1 < len(terms) and "namely" in terms[at + 1]
    if at + 2 >= len(terms) or "det" not in terms[at + 1]:
        return 0
    side, end = terms[at + 2], at + 3
    if side.text not in ("left", "right"):
        return 0
    end += end < len(terms) and ("one" in terms[end] or terms[end].says("noun") == "hand")
    return end if end == len(terms) or {"comma", "link"} & terms[end].keys() else 0


def _does_this(terms: Terms) -> list[Term]:
    """The terms with "up and down: the hand does this twice" as "the hand moves up and down twice"."""
    colon = next((at for at, term in enumerate(terms) if term.text == ":"), 0)
    deed, told = terms[:colon], list(terms[colon + 1 :])
    does = next((at for at, term in enumerate(told) if term.says("verb") == "do"), 0)
    if not deed or not does or any("verb" in term for term in deed):
        return list(terms)
    if told[0].text in ("this", "that") and told[1].says("verb") == "be":  # "that is what the hand does"
        told, does = told[3:], does - 3
        if does < 1 or does >= len(told):
            return list(terms)
    after = does + 1 + (does + 1 < len(told) and told[does + 1].text in ("this", "that", "so", "it"))
    return [*told[:does], Term("moves", {"verb": "move"}, "s"), *deed, *told[after:]]


_RELEASES: Final = ("releas", "undo", "loosen", "let go", "lets go", "letting go", "relax", "dissolv")

STEPS: Final[tuple[tuple[Callable[[Terms], list[Term]], frozenset[str]], ...]] = (
    (_only_of, frozenset({"only"})),
    (_stays_up, frozenset({"up", "down"})),
    (_at_once, frozenset({"at the same time", "simultaneously", "at the same moment"})),
    (_comes_back, frozenset(_COMING_BACK)),
    (_after_as, frozenset({"as"})),
    (_pinch_opens, frozenset({"pinch", "pinches", "grip"})),
    (_back_together, frozenset({"back"})),
    (_which, frozenset({"which", "who"})),
    (_releases_it, frozenset({"fist"})),
    (_one_hand, frozenset({"one"})),
    (_does_this, frozenset({":"})),
    (_listed_before, frozenset({":"})),
    (_lifts_off, frozenset({"move up"})),
)
"""Steps in their order, each with the words or kinds without one of which it has nothing to do."""
