"""The vocabulary in which people, models and the rules tell what hands do, as data.

What belongs here: words and phrases, and which kind of term each is. What does not: how terms make claims (`reader`),
how they are found in a text (`terms`), and verbs with what is derived from them (`verbs`).

To widen what the parser understands, add a phrase here; no grammar needs to change.
"""

from typing import Final

FINGER_WORDS: Final = {
    "thumb": "thumb; thumbs; thumb tip; thumb tips; thumbtip; thumb finger; thumb pad; thumb pads; thumb's tip",
    "index": "index; forefinger; forefingers; pointer; pointers; first finger; pointing finger; pointer finger; "
    "pointer fingers; indexes; indices; index digit; index fingers; first fingers; index finger; pointing fingers; "
    "second digit; digit two; forefinger digit; index finger pad",
    "middle": "middle; long; long finger; long fingers; middles; second finger; middle digit; middle finger; middle "
    "fingers; third digit; longest finger",
    "ring": "ring; third finger; rings; ring finger; ring fingers; ring digit; fourth digit",
    "pinky": "pinky; pinkie; pinkies; little; small; little finger; little fingers; small finger; small fingers; "
    "smallest finger; fourth finger; baby finger; pinky finger; pinky fingers; pinkie finger; pinkie fingers; fifth "
    "digit; fifth finger; smallest fingers; little digit",
}

NOUNS: Final = {
    "finger": "finger; fingers; digit; digits; knuckles; fingers and thumb; thumb and fingers; thumb and all fingers",
    "tip": "fingertip; fingertips; tip; tips; finger pad; pad; pads; end of; finger tip; finger tips; finger pads; "
    "fingerpad; fingerpads; finger end; finger ends",
    "hand": "hand; hands; wrist; wrists; arm; arms; fist; fists; forearm; forearms; hand's; limb; limbs",
    "palm": "palm; palms; palm side; palm center; palm centre",
    "person": "person; subject; actor; performer; wearer; participant; individual; user; man; woman; human; figure",
    "gap": "gap; gaps; spacing; spacings; space; spaces; distance; distances; interval; opening between",
    "twin": "counterpart; counterparts; twin; twins; opposite number; opposite numbers; partner; partners; match; "
    "equivalent; equivalents; mirror image; matching finger; matching fingers; matching fingertip; matching "
    "fingertips; corresponding finger; corresponding fingers; corresponding fingertip; corresponding fingertips; "
    "corresponding one; corresponding ones; opposite one; opposite ones; corresponding digit; corresponding digits; "
    "matching digit; matching digits; same finger; same digit; namesake; namesakes; mate; mates",
}

FINGER_STATES: Final = {
    "straight": "straight; extended; outstretched; unbent; flat; open; stretched out; stretched; straightened; "
    "uncurled; fully extended; fully straight; fully open; straight out; unfolded; unclenched; unflexed; fully "
    "outstretched; fully stretched; fully unfolded; fully straightened; completely straight; perfectly straight; "
    "completely extended; wide open; elongated; rigid and straight; in extension; in full extension; in an extended "
    "position; stiff; fully stretched out; unfurled; open and flat; flat and open; lengthened; flattened",
    "partly bent": "partly bent; partially bent; half bent; slightly bent; half folded; half curled; slightly curled; "
    "partly curled; partially curled; partially flexed; partly flexed; slightly flexed; loosely curled; half flexed; "
    "half closed; gently curved; partly folded; partially folded; semi bent; moderately bent; half extended; half "
    "open; semi curled; semi flexed; semi folded; semi closed; mildly bent; mildly flexed; mildly curled; slightly "
    "folded; slightly crooked; slightly curved; partially closed; partly closed; somewhat bent; somewhat curled; bent "
    "halfway; curled halfway; flexed halfway; folded halfway; halfway bent; halfway curled; halfway flexed; loosely "
    "bent; loosely folded; gently bent; gently curled; gently flexed; moderately flexed; moderately curled; in "
    "partial flexion; a little bent; loosely flexed; bent partway; partway bent; relaxed and bent; softly curved; "
    "softly bent; softly curled; lightly bent; lightly curled; lightly flexed; bent slightly; bent partially; flexed "
    "slightly; curled slightly; partially extended; partly extended; partially open; partly open; half way bent; bent "
    "part way; in a half bent position; not fully bent; not fully straight; not fully extended; half curved; half "
    "clenched",
    "fully bent": "fully bent; fully curled; tightly curled; tightly closed; fully flexed; clenched; folded into the "
    "palm; tightly folded; fully closed; completely bent; completely curled; fully folded; tightly bent; tightly "
    "clenched; curled into the palm; tightly flexed; completely flexed; completely folded; completely closed; tightly "
    "balled; firmly closed; firmly bent; firmly curled; firmly clenched; tightly shut; shut; in full flexion; bent "
    "fully; bent completely; curled tightly; curled fully; folded tightly; closed tightly; totally bent; fully "
    "clenched; fully curled in; tucked into the palm; tucked in; folded against the palm; curled against the palm; "
    "bent all the way; curled all the way; flexed all the way; folded all the way; folded flat; deeply bent; deeply "
    "flexed; fully contracted; strongly bent; strongly flexed; bent into the palm; flexed into the palm; closed into "
    "the palm; fully shut; squeezed shut; tightly contracted; tucked against the palm; folded inside the palm",
    "bent": "bent; curled; flexed; folded; closed; curved; crooked; hooked; arched inward; bowed; contracted; "
    "rounded; rolled in; curled in; curled up; folded in; folded up; folded down; curled inward; curled inwards; bent "
    "inward; bent inwards; bent in; bent down; bent forward; in flexion; unstraightened; curled under; not straight; "
    "not extended; tucked; curled over; bent over",
    "fist": "a fist; in a fist; balled; fisted; into a fist; balled up; fist shape; fists; a closed fist; a tight "
    "fist; closed fist; tight fist; clenched fist; a clenched fist; in fists; into fists; fist like; a firm fist; a "
    "full fist; fist position; fist pose; a solid fist; a loose fist",
    "hyperextended": "hyperextended; overextended; bent backwards; bent backward; hyper extended; bent back; arched "
    "back; arched backward; arched backwards; in hyperextension; overstretched; bent back past straight; bent "
    "backwards past straight; bent beyond straight; bent past straight; bent backward past straight; bent backwards "
    "beyond straight; bent backward beyond straight; extended beyond straight; extended past straight; flexed "
    "backward; flexed backwards; curved backward; curved backwards; bowed backward; bowed backwards; past straight; "
    "beyond straight; overly extended; over extended; excessively extended; hyperstraightened; curved back; bowed "
    "back; in a hyperextended position; into hyperextension; straightened beyond straight; straightened past "
    "straight; double jointed; hyperflexed backward",
    "spread": "spread; spread sideways; held apart sideways; splayed; spread apart; held apart; spread wide; fanned "
    "out; splayed apart; wide apart; spread out; spread open; fanned; fanned apart; spread widely; widely spread; "
    "spread away from each other; spread away from one another; away from one another; apart from one another; "
    "separated from each other; separated from one another; separated sideways; widely splayed; splayed out; splayed "
    "wide; abducted; held open sideways; apart from each other; widely fanned; gapped; spaced out; spaced apart; "
    "spaced; widely separated from each other; in a v; in a v shape; v shaped; at their widest; at their farthest "
    "apart",
    "together": "close together; side by side; held together; pressed side by side; adjacent; closed together; "
    "adducted; tightly together; next to each other; next to one another; touching side by side; pressed together "
    "side by side; alongside each other; alongside one another; bunched; bunched together; bunched up; parallel and "
    "together; unspread; not spread; close to each other sideways; kept together; closely together; tight together; "
    "packed together; snug together; closely spaced; tightly spaced; closely packed; narrowly spaced; tightly "
    "grouped; grouped together; closely grouped; in close contact side by side; lined up side by side",
}

FINGER_STATES["partly bent"] += "".join(
    f"; {before} {how} {bend}"
    for before in ("at a", "in a", "with a", "in", "at")
    for how in ("half", "slight", "partial", "gentle", "loose", "light", "soft", "mild", "moderate", "shallow")
    for bend in ("bend", "curl", "flex", "flexion", "curve", "fold", "crook")
)

POSITIONS: Final = {
    "UP": "above; past the height of; past the level of; above the height of; above the level of; over; higher; "
    "higher up; higher than; on top; on top of; atop; higher up than; up higher; up above; upper; topmost; over the "
    "top of; uppermost; raised above; elevated above; higher in space than; higher in position than; at a higher "
    "level; at a greater height; at a greater height than; at a higher level than; on the top of; vertically above; "
    "directly above; at a higher position; at a higher position than; taller than; the top one; the upper one; the "
    "higher one; lifted above; on top over; positioned higher than; situated above",
    "DOWN": "below; below the height of; below the level of; under; beneath; lower; lower than; underneath; lower "
    "down; lower down than; lower in space than; lower in position than; at a lower level; at a lesser height; at a "
    "lower level than; at a lower height; at a lower height than; vertically below; directly below; directly under; "
    "at a lower position; at a lower position than; the bottom one; the lower one; lowermost; bottommost; down below; "
    "down under; underneath of; not as high as; positioned lower than; less high than; short of the height of",
    "FRONT": "in front; in front of; ahead; ahead of; farther forward; further forward; farther forward than; further "
    "forward than; further ahead; farther ahead; farther out; further out; farther from the body; farther from the "
    "body than; before the other; out in front; out in front of; up front; in the lead of; more forward; more forward "
    "than; farther ahead than; further ahead than; in front relative to; ahead relative to; further from the body; "
    "further from the body than; farther away from the body; farther away from the body than; further away from the "
    "body; further away from the body than; farther out than; further out than; farther from the torso; farther from "
    "the torso than; further from the torso than; farther from the chest than; further from the chest than; farther "
    "from the person; farther from the person than; nearer the front; closer to the front; beyond; directly in front "
    "of; nearer to the front; nearer to the front than; closer to the front than; nearer the front than; pull ahead; "
    "pulls ahead; move ahead of; moves ahead of",
    "BACK": "behind; farther back; further back; farther back than; further back than; closer to the body; nearer to "
    "the body; closer to the body than; nearer the body; in back of; at the back of; to the rear of; rearward of; to "
    "the back of; more rearward than; in the rear; nearer to the body than; nearer to the torso; closer to the torso; "
    "closer to the torso than; nearer to the torso than; nearer the torso; closer to the chest; closer to the chest "
    "than; nearer to the chest; nearer to the chest than; closer to the person; closer to the person than; closer in "
    "to the body; directly behind; nearer the body than; nearer the person; nearer the person than; nearer to the "
    "person; nearer to the person than; further behind; farther behind; not as far forward as; less far forward than; "
    "less far forward; behind of; in the back; nearer to the back; nearer to the back than; closer to the back; "
    "closer to the back than; fall behind; falls behind; fell behind; falling behind; drop behind; drops behind; "
    "dropped behind; fall back behind; falls back behind; fell back behind; drop back behind; drops back behind; move "
    "back behind; moves back behind",
    "left of": "to the left of; left of; on the left of; on the left side of; leftward of; further left than; farther "
    "left than; to the left side of; over to the left of; further to the left than; farther to the left than; more to "
    "the left than",
    "right of": "to the right of; right of; on the right of; on the right side of; rightward of; further right than; "
    "farther right than; to the right side of; over to the right of; further to the right than; farther to the right "
    "than; more to the right than",
    "crossed": "crossed; cross; cross over; crossed over; cross each other; crossing; cross over each other; overlap; "
    "crossed over each other; crossed over one another; crossed with each other; overlapping; overlapped; cross one "
    "another; cross over one another; cross paths; intersect; interchanged; crisscrossed; crisscross; criss cross; "
    "criss crossed; in a crossed position; switched sides; swap sides; cross past each other; "
    "cross sides; on swapped sides",
    "uncrossed": "uncrossed; uncross; side by side; not crossed; side by side , not crossed; uncrossing; uncross from "
    "each other; not overlapping; on their own sides; on its own side; back on their own sides; return to their own "
    "sides; on their usual sides",
    "level": "level; level with; at the same height; the same height; at equal height; equally high; of equal height; "
    "at an equal height; at the same level; same level; same height; even in height; equal in height; equal height; "
    "to the same level; to the same height; on a level; on the same level; at the same elevation; of the same height; "
    "at matching heights; at matching height; at identical height; at identical heights; at equal heights; at equal "
    "levels; at an equal level; at one height; on equal height; aligned vertically; aligned in height; evenly aligned "
    "in height; at similar height; at a similar height; at the same vertical level; at the same vertical position; "
    "vertically level; on a par; same elevation; at one level; equal in level; of equal elevation; even with each "
    "other; even in level; its level; their level; the level of; the height of; at the height of; matched in height; "
    "the same level as; the same height as; as high as; just as high as",
    "uneven": "at different heights; at unequal heights; at different levels; differ in height; differs in height; "
    "differing in height; different in height; at unequal levels; of different height",
    "beside": "on opposite sides; on opposite sides of each other; on opposite sides of one another; on different "
    "sides",
    "abreast": "equally far forward; at the same depth; same depth; equally far out; equally far from the body; the "
    "same distance from the body; even in depth; at equal depth; at the same depth as; equal in depth; at an equal "
    "depth; at equal distance from the body; at the same distance from the body; at equal distances from the body; "
    "aligned in depth; aligned front to back; aligned from front to back; neither ahead nor behind; equidistant from "
    "the body; as far forward as; at the same distance in front of the body",
    "lined up": "lined up from side to side; aligned sideways; lined up sideways; aligned from side to side",
}
"""Where one hand is to the other: said of the hand named first, as the events say it of the right one."""

AXES: Final = {
    "abreast": "in depth; in terms of depth; along the depth axis; on the depth axis; along the front back axis; on "
    "the front back axis; in the depth direction; with respect to depth; regarding depth; as to depth; depth wise; "
    "depthwise",
    "level": "in height; in terms of height; along the vertical axis; on the vertical axis; in the vertical direction; "
    "with respect to height; regarding height; as to height; height wise; heightwise",
}
"""Words for an axis, by the position that "aligned" is on it."""

DISTANCES: Final = {
    "Far": "far apart; well apart; far from; far away from; widely separated; wide apart; widely apart; far away; at "
    "a distance; separated widely; far off from; distant; widely spaced; far off; far removed from; far from each "
    "other; far from one another; far away from each other; far away from one another; widely distant; distant from "
    "each other; distant from one another; remote from each other; remote; widely distanced; at far range; well "
    "separated; well away from; well clear of; far separated; spaced far apart; spaced widely; widely spaced apart; "
    "separated far; far; a long way apart; a long way from; a long way off; long way apart; a good way apart; a lot "
    "of room; a lot of space; a lot of distance; plenty of room; plenty of space; plenty of distance; much room; much "
    "space; much distance; lots of room; lots of space; ample room; ample space; out of each other 's reach; out of "
    "one another 's reach; out of reach of each other; beyond each other 's reach",
    "Medium": "moderately far apart; mid range; at mid range; medium range; at medium range; neither near nor far; "
    "neither close nor far; neither far nor near; neither far nor close; moderately distant; moderately separated; "
    "moderately spaced; neither close together nor far apart; neither far apart nor close together; moderately apart; "
    "some distance apart; at some distance",
    "Near": "close together; near each other; near one another; close to each other; close to one another; nearby; "
    "close by; at close range; close; near together; close beside each other; in close proximity; in proximity; in "
    "near proximity; in close range; nearby each other; within close range; adjacent to each other; adjacent to one "
    "another; proximate; at near range; right next to each other; right beside each other; close proximity; near to "
    "each other; near to one another; near to; close to; close at hand; within a short distance; near",
}

BOUNDS: Final = {
    "over": "more than",
    "under": "fewer than; less than",
    "at least": "at least; no fewer than; not fewer than; no less than; not less than; a minimum of",
    "at most": "at most; no more than; not more than; a maximum of; not more often than",
}

COMPARED: Final = {
    "joining": "closer; nearer; closer together; nearer together; nearer to each other; nearer to one another",
    "parting": "farther apart; further apart; more distant; farther away from each other; further away from each "
    "other; farther away from one another; further away from one another; more widely separated",
}
"""Comparatives of a distance, by the verb that says how it comes to be so."""

WIDTHS: Final = {
    "Far": "large great wide long considerable big good substantial significant",
    "Medium": "medium moderate middling middle mid average intermediate fair",
    "Near": "small short little near close narrow slight tiny",
}
"""Adjectives of a distance."""

DIRECTIONS: Final = {
    "up": "up; upward; upwards; skyward; higher; toward the ceiling; towards the ceiling; to the top; into the air; "
    "up in the air; up into the air; in an upward direction; in the upward direction; vertically upward; vertically "
    "upwards; overhead; to a higher position; to a higher level; up high; upward direction; further up; farther up; "
    "toward the top; towards the top; skywards; to a greater height; to a higher height",
    "down": "down; downward; downwards; lower; to the floor; toward the floor; towards the floor; toward the ground; "
    "towards the ground; to the ground; to the bottom; in a downward direction; in the downward direction; vertically "
    "downward; vertically downwards; floorward; earthward; to a lower position; to a lower level; downward direction; "
    "further down; farther down; toward the bottom; towards the bottom; groundward; floorwards; to a lower height",
    "left": "leftward; leftwards; to the left; toward the left; towards the left; to the left side; left side; to its "
    "left; to their left; to the left hand side; to the person's left; to the wearer's left; toward the left side; "
    "towards the left side; in a leftward direction; in the leftward direction; leftward direction; over to the left; "
    "further left; farther left; further to the left; farther to the left; off to the left; out to the left; in the "
    "direction of the left; from right to left; right to left; to his left; to her left",
    "right": "rightward; rightwards; to the right; toward the right; towards the right; to the right side; right "
    "side; to its right; to their right; to the right hand side; to the person's right; to the wearer's right; toward "
    "the right side; towards the right side; in a rightward direction; in the rightward direction; rightward "
    "direction; over to the right; further right; farther right; further to the right; farther to the right; off to "
    "the right; out to the right; in the direction of the right; from left to right; left to right; to his right; to "
    "her right",
    "front": "forward; forwards; away from the body; away from the person; away from the torso; outward; ahead; "
    "outwards; frontward; to the front; away from the chest; away from the wearer; forth; out in front; to the fore; "
    "in a forward direction; in the forward direction; forward direction; further forward; farther forward; out in "
    "front of the body; from the body; from the torso; from the chest; from the person; away from the trunk; toward "
    "the front; towards the front; out from the body; away from itself; further away from the body; farther away from "
    "the body; farther from the body; further from the body; to the front of the body; outwardly; ahead of the body; "
    "from back to front; back to front",
    "back": "backward; backwards; toward the body; towards the body; toward the person; towards the person; inward; "
    "toward the torso; towards the torso; back; toward the chest; towards the chest; to the back; rearward; closer to "
    "the body; to the body; to the chest; nearer to the body; in a backward direction; in the backward direction; "
    "backward direction; rearwards; rearward direction; closer to the torso; closer to the chest; nearer the body; "
    "nearer to the torso; nearer to the chest; in toward the body; in towards the body; back toward the body; back "
    "towards the body; back toward the person; back towards the person; back to the body; into the body; close to the "
    "body; toward the trunk; towards the trunk; back toward the torso; back towards the torso; back toward the chest; "
    "back towards the chest; in toward the torso; in towards the torso; in toward the chest; in towards the chest; "
    "further back; farther back; inwardly; toward the rear; towards the rear; closer to the person; toward the "
    "wearer; towards the wearer; toward itself; from front to back; front to back; against the body; to the torso; to "
    "the person",
    "away": "away; farther away; further away",
    "vertically": "vertically; vertical; in a vertical direction; vertical direction; along the vertical",
    "sideways": "sideways; laterally; lateral; horizontal; from side to side; side to side; to the side; to one side; "
    "horizontally; in a sideways direction; sidewise; sideward; sidewards; laterally from side to side; sideways "
    "direction; back and forth sideways; to either side; to both sides; from one side to the other",
}
RETURNS: Final = {
    "back left": "back to the left; back left; back leftward; back leftwards",
    "back right": "back to the right; back right; back rightward; back rightwards",
    "back up": "back up; back upward; back upwards",
    "back down": "back down; back downward; back downwards",
    "back again": "back again",
}
"""Directions in which "back" is no direction but says that it comes second."""

SPEEDS: Final = {
    "Slow": "slowly; slow; leisurely; at a slow pace; at low speed; at a slow speed; unhurriedly; at a leisurely "
    "pace; slow speed; low speed; sluggishly; at a low speed; slow pace; unhurried; at slow speed; without hurry; "
    "without haste; in slow motion; at a low pace; lazily; at a crawl; with low speed; with slow speed; sluggish; in "
    "a slow manner; in an unhurried way; taking its time; deliberately slowly; unrushed; at an unhurried pace",
    "Medium": "steadily; at a medium speed; at a moderate pace; at a moderate speed; moderate speed; medium speed; at "
    "medium speed; at moderate speed; at a medium pace; moderate pace; moderately fast; moderately; steady; at "
    "moderate pace; at medium pace; at an average speed; at an average pace; average speed; at intermediate speed; at "
    "an intermediate speed; at a middling speed; at a middling pace; at normal speed; at a normal speed; at a normal "
    "pace; moderate; with moderate speed; with medium speed; neither fast nor slow; neither slow nor fast; neither "
    "quickly nor slowly; medium paced",
    "Fast": "quickly; fast; rapidly; swiftly; at high speed; at a high speed; briskly; speedily; quick; rapid; "
    "abruptly; suddenly; high speed; hastily; at a fast pace; swift; in a flash; sudden; abrupt; brisk; speedy; "
    "sharply; at great speed; at speed; at top speed; with speed; with high speed; at fast speed; at a fast speed; at "
    "a rapid pace; at a quick pace; at a brisk pace; at rapid speed; at a rapid speed; in a hurry; hurriedly; "
    "promptly; in an instant; in a rapid manner; in a quick manner; in quick motion; snappily; instantly; fast paced; "
    "nimbly; energetically; vigorously; fast moving; at pace; at a swift pace; in one quick motion; in a quick "
    "motion; in one swift motion; in a swift motion; snappy; flash",
    "Slow Medium": "gradually; gently; gradual; bit by bit; little by little; by degrees; step by step; at a gentle "
    "pace; calmly; at a steady pace; at a steady speed; steady pace; evenly; in a controlled manner",
    "Medium Fast": "moderately quickly; fairly quickly; fairly fast; rather quickly; quite quickly; reasonably fast",
    "mixed": "at changing speeds; at mixed speeds; at varying speeds; at various speeds; at different speeds; at "
    "uneven speed; at uneven speeds; with varying speed; at a varying speed",
}

NEGATIONS: Final = (
    "not; never; no; none; neither; nor; without; at no point; at no time; at no moment; at no instant; at no stage; "
    "on no occasion; cannot; no part; do n't; n't; hardly; nothing; nowhere; no longer"
)

JOINT_WORDS: Final = {
    "mcp": "at the knuckle; at the knuckles; knuckle; knuckles; base knuckle; base joint; mcp; base joints; mcp "
    "joint; mcp joints",
    "pip": "at the middle joint; at the middle joints; middle joint; middle joints; pip; pip joint; middle knuckle; "
    "pip joints",
    "dip": "at the end joint; at the end joints; end joint; end joints; dip; dip joint; last joint; dip joints; ip; "
    "ip joint; outer joint; top joint",
}

NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip

QUANTIFIERS: Final = {
    "all": "any part of; every part of; all; every; each; everything; any; all of; each of; every one of; the entire; "
    "entire; whole; each and every; all the; every single; each single; all of the; every one; each one; each one of; "
    "the full set of; the set of",
    "both": "both; both of; both of the; either",
    "none": "no; none; none of; neither; neither of; not one of; no single; not a single; not any; not any of; not "
    "one; no part of; neither one of; zero; minimal; negligible; almost no; virtually no; hardly any; barely any; "
    "practically no; next to no; nil",
    "other": "other; others; remaining; rest; opposite; rest of; residual; opposing; opposed; contralateral",
    "some": "some; several; some of; a few; several of; most of; most; certain; various; at least one; at least one "
    "of; two or three",
}

SMALL_WORDS: Final = {
    "det": "the; a; an; its; their; this; these; those; his; her; own; very; same",
    "pronoun": "it; they; them; itself; themselves; he; she; the former; ones",
    "mutual": "each other; one another; together with each other",
    "of": "of; on; from; belonging to; onto; upon; in; into; at",
    "with": "with; to; against; by; than; between; via; through; for; around; about; near to",
    "except": "except; except for; apart from; other than; aside from; save for; excluding; but",
    "one": "one; ones",
    "first": "first; last",
    "adjective": "brief; light; gentle; firm; soft; direct; short; sustained; continuous; tight; loose; single; "
    "momentary; prolonged; smooth; complete; partial; visible; separate; distinct; noticeable; clear; controlled; "
    "long; lasting; subtle; strong; fluid; coordinated; synchronized; synchronous; simultaneous; small; large; big; "
    "wide; slight; final; subsequent; initial; full; maximal; immediate; last; further; deep; pronounced; fleeting; "
    "isolated; individual; physical; stable; constant; mutual; great; medium; narrow; average; considerable; "
    "corresponding; lone; whole; total; matching; similar; successive; next; less; more; relaxed; natural",
    "there": "there",
    "which": "which; who; that",
    "unlike": "unlike; in contrast to; contrary to; compared to; compared with; as opposed to; instead of; in place "
    "of; regardless of; independent of; independently of; relative to; with respect to; in comparison to; in contrast "
    "with",
    "otherwise": "otherwise; apart from that; besides that; other than that; aside from that; beyond that; besides "
    "this; apart from this; other than this; aside from this",
    "so": "so; that way; this way; like that; like this",
    "only": "only; solely; just; exclusively",
    "aside": "aside",
    "already": "already",
    "longer": "longer; more time",
    "namely": "namely; specifically",
    "presence": "present; absent; missing",
    "apart": "apart; asunder; separate; separated",
    "together": "together",
    "ordinal": "second; third; fourth; fifth; final; last; first",
    "goal": "toward; towards; in the direction of",
    "source": "away from; off; off of; out of; clear of; back from",
}

_BETWEEN_WORDS: Final = (
    "a an the any back again very both then all quite fully brief quick slow fast light gentle firm soft full "
    "direct close short sustained continuous steady tight loose rapid first second third single momentary "
    "prolonged smooth repeated immediate lasting simultaneous clear also only once twice gradual sudden swift "
    "solid slight still physical further farther sideways"
)
BETWEEN: Final = frozenset(_BETWEEN_WORDS.split())
"""Words that may come between the words of a verb, besides adverbs in -ly."""
