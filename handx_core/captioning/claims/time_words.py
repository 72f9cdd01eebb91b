"""The words for when, how often and in which order, as data: phrases, and the parts that phrases are put together of.

What belongs here: words for time. What does not: other words (`words`, `verbs`), and what a word for time
allows (`timing`).
"""

from collections.abc import Iterator
from itertools import product
from typing import Final

WHENS: Final = {
    "start": "as it begins; as it starts; when it begins; when it starts; at its start; first of all; at the first; "
    "at first; initially; to begin with; at the outset; early in time",
    "from start": "from the outset; from the very beginning; right from the start; from the off",
    "early": "early on; early; fairly early; quite early; rather early; soon",
    "first half": "before the midpoint; until about two thirds; until two thirds; for two thirds; for about two "
    "thirds; until about halfway; until halfway; until about half way through; until half way through",
    "midway": "midway; halfway; halfway through; midway through; mid clip; partway through; mid way; half way "
    "through; around halfway; about halfway; about halfway through; around the halfway mark; at the halfway mark; at "
    "the halfway point; around the halfway point; about midway; about midway through",
    "second half": "after the midpoint; past the midpoint",
    "late": "late; late on; fairly late; quite late; rather late",
    "end": "as it ends; when it ends; at its end; ultimately; in the end; at the close",
    "by end": "by its end; by the time it ends; by now",
    "near end": "shortly before the end; just before the end; close to the end; approaching the end; as the end nears",
    "until end": "to the last; for the rest; until it ends; until the clip ends; till the clip ends; for the "
    "remainder; from then on; through to the last frame; from there on; until the last frame; to the last frame; "
    "onward; onwards; up to the last frame; until the final frame; till the last frame; to the final frame; through "
    "the last frame; until the very last frame",
    "throughout": "throughout; all the time; all along; always; from start to finish; from beginning to end; from "
    "first to last; constantly; at all times; continuously; from start to end; permanently; all the while; the whole "
    "way through; from the first to the last frame; from the first frame to the last; from the first frame to the "
    "last frame; all through; all the way through; continually; without interruption; consistently; persistently; "
    "unchangingly; invariably; without a break; from beginning till end; from the beginning to the end; from the "
    "start to the end; from start till finish; start to finish; beginning to end; without change; unchanged; "
    "uninterruptedly; from the very first to the very last frame; in every frame; in all frames; at every moment; at "
    "every point; in each frame; at any time; at all; at every frame; every frame; nonstop; the full time; full time; "
    "steadfastly; at any point; at any stage; at any moment; at any frame; in any frame; before , during and after; "
    "before during and after; continuous; constant; uninterrupted; permanent; unbroken",
    "some time": "in between; only a few frames; just a few frames; a few frames; only a moment; just a moment; a few "
    "moments; only a short time; only a short while; only briefly each time; a few frames each time; for some of the "
    "time; briefly; for a moment; momentarily; for an instant; for a bit; for a while; for some time; for a short "
    "time; for a short while; for a brief moment; for a brief period; for a second; for a few frames; for several "
    "frames; very briefly; only briefly; for just a moment; for half a second; for about half a second; for a few "
    "moments; for almost a second; for nearly a second; temporarily; temporary; transiently; transient; for a time; "
    "for a spell; for a stretch; short lived; for the time being; for a short stretch",
    "mostly": "for most; most of the time; for most of the time; for the most part; mostly; predominantly; for the "
    "greater part; for the larger part; more often than not",
    "": "for part; for a part; part of the time; for most of the "
    "time; before the end; in mirror image; in mirror fashion; like mirror images; in a "
    "mirrored fashion; in a mirrored way; symmetrically; mirrored; from the side; lightly; softly; firmly; shortly; "
    "at the tips; tip to tip; at all joints; at every joint; in all joints; in every joint; across all "
    "joints; at all its joints; at all of its joints; in all of its joints; after a hold; after a pause; after a "
    "short hold; after a brief hold; after a brief pause; after a short pause; after a moment; after a while; after a "
    "beat; after a delay; after some time; a good deal; by degrees; at "
    "the same place; in total; in all; keep that distance; keep this distance; at that distance; for long; after a "
    "short while; after a short delay; after a few frames; not "
    "even; even",
}
"""Phrases for parts of the clip that are not put together of the parts below; "" for those that say nothing of it, and
"some time" for those that say that it is not for good."""

_PLACES: Final = {
    "start": "start; beginning; outset; onset; opening; first frames; opening frames; initial frames; first moments; "
    "first few frames; first few moments; opening "
    "moments; earliest frames; first moment; initial moments; initial moment",
    "from start": "very start; very beginning; first frame; very first frame; initial frame; opening frame",
    "early": "first third; early part; opening third; first quarter; early phase; early stage; early stages; early "
    "frames; opening part; opening phase; initial phase; initial part; opening stage; initial stage; first phase; "
    "early moments; initial third; opening section; opening portion; initial portion; early portion; early section; "
    "opening quarter",
    "first half": "first half; earlier part; first part; earlier half; opening half; initial half; first portion; "
    "first section; earlier portion; early half; first segment",
    "midway": "middle; middle part; middle third; midpoint; center; centre; middle portion; middle section; middle "
    "frames; middle phase; middle stage; halfway point; halfway mark; very middle; mid part; central part; central "
    "third; midst; second third; middle segment; middle stretch",
    "second half": "second half; later part; second part; latter half; later half; latter part; last half; final "
    "half; closing half; second portion; second section; later portion; latter portion; second segment",
    "late": "last third; final third; closing third; late part; last quarter; final quarter; late phase; late stage; "
    "closing part; final part; last part; final phase; last phase; closing phase; final section; final stage; last "
    "portion; final portion; last section; closing section; closing portion; late stages; final stages; third third; "
    "closing stages; closing stage; final stretch; closing stretch; last stretch; last stage; later stages; late "
    "frames; later frames; final segment; last segment",
    "end": "end; very end; last frames; final frames; closing frames; last frame; very last frame; final frame; final "
    "moments; last moments; last few moments; last few frames; final few frames; closing moments; finish; close; "
    "conclusion; ending; final moment; last moment; closing frame; final few moments",
}
"""Parts of the clip by name."""

WHOLE: Final = "all "
"""Before a part of the clip: not at some time in it, but from its beginning to its end."""
_MOMENTS: Final = ("start", "from start", "end")

_LASTING: Final = "clip; whole clip; duration; time; length; course; entirety; span; while; way; entire clip; full clip"
_DURATIONS: Final = (
    "throughout the {}; for the whole {}; for the entire {}; for the full {}; during the whole {}; during the "
    "entire {}; the whole {}; the entire {}; over the whole {}; over the entire {}; across the whole {}; across the "
    "entire {}; all through the {}; through the whole {}; through the entire {}; in the whole {}; in the entire {}; "
    "for all of the {}; for the {}; the full {}; throughout the whole {}; throughout the entire {}; for its whole "
    "{}; for its entire {}; throughout its {}; over the full {}; for the complete {}; over the course of the {}; "
    "for the duration of the {}; all {}; for the whole of the {}"
)


def whens() -> Iterator[tuple[str, str]]:
    """Every phrase for a part of the clip, with which part it is."""
    for value, phrases in WHENS.items():
        yield from ((phrase, value) for phrase in split(phrases))
    for value, places in _PLACES.items():
        preps = ["at", "in", "during", "within", "on", "over", "through", "throughout", "for", "into"]
        near = (
            "around",
            "about",
            "by",
            "near",
            "toward",
            "towards",
            "close to",
            "nearing",
            "just before",
            "shortly before",
        )
        all_of = value if value in _MOMENTS else f"{WHOLE}{value}"
        for place, before in product(split(places), (*preps, *near)):
            loosely = before in near and value == "end"
            when = ("by end" if before == "by" else "near end") if loosely else value
            when = all_of if before == "throughout" else when
            yield from ((f"{before} {whose} {place}", when) for whose in ("the", "its"))
            if before in ("for", "during", "throughout", "over", "through", "in"):
                wholes = ("the whole", "the entire", "the full", "all of the", "the whole of the")
                yield from ((f"{before} {whole} {place}", all_of) for whole in wholes)
            yield f"all through the {place}", all_of
    for place in split(_PLACES["end"]):
        for before in ("until", "till", "up to", "up until", "through", "to", "through to", "right up to", "right to"):
            yield f"{before} the {place}", "until end"
    for rest in ("rest", "remainder", "rest of the time", "remaining frames", "remaining time"):
        for before in ("for", "during", "throughout", "through", "over"):
            yield f"{before} the {rest}", "until end"
    for place in split(_PLACES["start"]):
        yield f"from the {place}", "from start"
        yield f"from the {place} on", "from start"
    for frame, lasting in product(split(_DURATIONS), split(_LASTING)):
        yield frame.format(lasting), "throughout"
    for before in ("during", "over", "across", "through"):
        yield f"{before} the clip", ""


def split(phrases: str) -> list[str]:
    """The phrases of an entry, that semicolons separate."""
    return [phrase.strip() for phrase in phrases.split(";") if phrase.strip()]


LINKS: Final = {
    "then": "then; from where; from which; after that; next; afterwards; afterward; later; subsequently; and then; "
    "followed by; later on; thereafter; after which; whereupon; following this; after this; and afterwards; only "
    "afterwards; immediately after; shortly after that; again later; thereupon; later in the clip; a little later; a "
    "bit later; a moment later; moments later; shortly after; shortly afterwards; shortly thereafter; soon after; "
    "soon afterwards; soon thereafter; right after; right afterwards; following that; straight after; subsequent to "
    "that; finally; in the next moment; after a moment; after a while; after a pause; and finally; eventually; upon "
    "which; and next; then later; only then; and only then; followed in turn by; succeeded by; trailed by; and "
    "subsequently; and later; from then on; from there; afterwards then; thereafter then; leading to; later than "
    "that; giving way to; followed; succeeded; a while later; some time later; a short while later; a little while "
    "later; much later; a few frames later; a second later; half a second later; not long after; not much later; a "
    "moment afterwards; a while after that; some frames later; soon later; a good while later; in a later movement; "
    "only later; secondly; thirdly; fourthly; lastly; and lastly; last of all; at last",
    "earlier": "before that; earlier; previously; beforehand; prior to that; before this; sooner; before this "
    "happens; prior to this; before then; ahead of that; ahead of this; preceded by; up until then; until then",
    "meanwhile": "meanwhile; since; because; at the same time; simultaneously; together with this; during this; "
    "while; as; whilst; in the meantime; all at the same time; during which; concurrently; all the while; in "
    "parallel; in tandem; simultaneously with; at the same moment; at that time; at that moment; at this time; just "
    "as; even as; in the process; along with this; in concert; synchronously; concurrently with; in synchrony; in "
    "sync; coincidentally; at the same instant; and meanwhile; and simultaneously; and at the same time; as it does "
    "so; while doing so; in doing so; while this happens; whereas; during; at the same time as; coincides with; "
    "coincide with; coinciding with; happens together with; occurs together with; happen together with; occur "
    "together with; in time with; at the same moment as",
    "after": "after; once; as soon as; following; immediately after; right after; shortly after; soon after; "
    "straight after; only after; just after; upon; right when; immediately once; only when; in the wake of; "
    "subsequent to; not until after; later than; at which point; at which time; at which moment",
    "when": "when; whenever; each time; every time; right when; just when; at the moment when; with every; with each; "
    "on every; on each; at every; at each; at the time when",
    "before": "before; prior to; until; till; ahead of time; ahead of; just before; shortly before; right before; "
    "immediately before; until after; up until; until when; up to when; in advance of; preceding; previous to; sooner "
    "than; earlier than; up until the moment; until the moment; precedes; precede; preceded",
    "faster": "faster than; quicker than; more quickly than; more rapidly than; more swiftly than; speedier than; at a "
    "higher speed than; with more speed than; at a faster pace than",
    "slower": "slower than; more slowly than; less quickly than; less rapidly than; less swiftly than; less fast than; "
    "not as fast as; not as quickly as; not as quick as; at a lower speed than; with less speed than; at a slower pace "
    "than; more gradually than",
    "longer": "longer than; more time than",
    "shorter": "shorter than; less time than; less long than; not as long as",
    "as fast": "as fast as; as quickly as; as quick as; as slowly as; as slow as; as rapidly as; just as fast as; "
    "just as quickly as; just as slowly as; at the same speed as; with the same speed as; at the same pace as; no "
    "faster than; no slower than",
    "and": "and; but; or; nor; plus; as well as; along with; then again; yet; although; though; even though; "
    "accompanied by; together with; and also; in addition to; besides; as are; however; except that; and even; in "
    "addition; likewise; similarly; also; and likewise",
}

MANNERS: Final = {
    "in turn": "order; one by one; one after another; one after the other; in turn; in succession; in sequence; "
    "successively; sequentially; consecutively; in a wave; each in turn; one at a time; one after the next; one by "
    "one in order; in order; in a row; in a sequence; sequential; successive; consecutive; serially; in a cascade; in "
    "a staggered way; in staggered fashion; in a staggered fashion; in staggered order; staggered; in a rolling "
    "fashion; in a wavelike fashion; in a wavelike manner; wavelike; wave like; in a wave like manner; in a wave like "
    "fashion; in consecutive order; in sequential order; in succession one after another; one finger at a time; one "
    "finger after another; one finger after the other; by turns; a finger at a time; in a ripple; in a rippling "
    "motion; in a rolling motion; in a rippling fashion; rippling; finger by finger; each in succession; in quick "
    "succession; in rapid succession; in turns; individually in turn; one then another; domino like; like a wave; in "
    "an ordered sequence; one following another; one following the other; successively in turn; in a rolling wave; in "
    "this order; in that order; in the following order; in the order",
    "apart": "at different times; not all at once; not together; at separate times; at various times; separately in "
    "time; at distinct times; not simultaneously; not at the same time; one at a time and not together; not in unison",
    "at once": "at once; all at once; in unison; together in time; in step; at one time; together; all together; as "
    "one; simultaneously; in one go; in one "
    "motion; in a single motion; as a group; as a unit; in concert; as one unit; collectively; synchronously; in "
    "synchrony; in one movement; in a single movement; in sync; in parallel; jointly; at the same instant; "
    "concurrently; all simultaneously; all at the same moment; diagonally; diagonal; at an angle; obliquely; at a "
    "slant",
    "many": "repeatedly; again and again; over and over; several times; many times; multiple times; a few times; time "
    "and again; repeated; multiple; numerous times; a number of times; a couple of times; more than once; on several "
    "occasions; on multiple occasions; many a time; often; frequently; recurrently; periodically; rhythmically; in "
    "cycles; cyclically; over and over again; time after time; on repeat; a handful of times; in repetition; various "
    "times; repetitive; repetitively; in a repeated fashion; in repeating cycles",
    "from UP": "from above; from overhead; from higher up; down from above; from the top",
    "from DOWN": "from below; from underneath; from beneath; from lower down; up from below",
    "from FRONT": "from the front; from in front",
    "from BACK": "from behind; from the back",
    "partial": "partly; partially; halfway; half way; partway; part way; incompletely; to a half; in part; not fully; "
    "not completely; not all the way; part of the way; slightly; a little; a bit",
    "slower": "more slowly; slower; less quickly; less rapidly; less swiftly; at a slower pace; at a slower speed",
    "faster": "more quickly; faster; quicker; more rapidly; more swiftly; at a faster pace; at a faster speed; at a "
    "higher speed",
    "full": "fully; completely; entirely; all the way; totally; in full; wholly; to the full; all the way in; all the "
    "way out; maximally",
    "again": "again; once more; once again; anew; a second time; another time; any more; anymore; yet again; for a "
    "second time; one more "
    "time; afresh",
}
