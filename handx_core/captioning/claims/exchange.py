"""Terms exchanged place by place, which is how most sentences are put plainly.

What belongs here: the going through. What does not: what is exchanged for what (`bounds`, `comparing`, `howmany`,
`idioms`, `lists`, `nominal_states`, `placing`, `references`, `shorthand`, `simplifying`).
"""

from collections.abc import Callable, Sequence
from functools import wraps

from handx_core.captioning.claims.terms import Term, Terms

Exchange = tuple[Sequence[Term], int]
"""Terms, and the place after those that they stand for."""


def place_by_place(exchange: Callable[[Terms, int], Exchange | None]) -> Callable[[Terms], list[Term]]:
    """A transformation of a sentence: at each place what `exchange` gives, or the term itself where that is None."""

    @wraps(exchange)
    def exchanged(terms: Terms) -> list[Term]:
        found: list[Term] = []
        at = 0
        while at < len(terms):
            said, at = exchange(terms, at) or ((terms[at],), at + 1)
            found += said
        return found

    return exchanged
