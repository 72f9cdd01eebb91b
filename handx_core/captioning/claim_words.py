"""The vocabulary in which people, models and the rules tell what hands do, as data.

What belongs here: words and phrases, and which kind of term each is. What does not: how terms make claims (`claims`),
and how they are found in a text (`claim_terms`). A verb stands here in its bare form; `claim_terms` knows the others.

To widen what the parser understands, add a phrase here; no grammar needs to change.
"""

from typing import Final

FINGER_WORDS: Final = {
    "thumb": "thumb; thumbs; thumb tip; thumb tips; thumbtip; thumb finger",
    "index": "index; forefinger; forefingers; pointer; pointers; first finger; pointing finger; pointer "
    "finger; pointer fingers; indexes; indices",
    "middle": "middle; long; long finger; long fingers; middles; second finger",
    "ring": "ring; third finger; rings",
    "pinky": "pinky; pinkie; pinkies; little; small; little finger; little fingers; small finger; small "
    "fingers; smallest finger; fourth finger; baby finger",
}

NOUNS: Final = {
    "finger": "finger; fingers; digit; digits; knuckles",
    "tip": "fingertip; fingertips; tip; tips; finger pad; pad; pads; end of",
    "hand": "hand; hands; wrist; wrists; arm; arms; fist; fists; forearm; forearms",
    "palm": "palm; palms",
    "gap": "gap; gaps; space between",
    "twin": "counterpart; counterparts; twin; twins; opposite number; opposite numbers; partner; partners",
}

VERBS: Final = {
    "contact": "touch; meet; contact; press; strike; slap; clap; hit; tap; collide; brush; graze; reach; "
    "pinch; connect; join; land on; land upon; arrive at; kiss; rub; stroke; poke; clasp; come "
    "into contact; come in contact; get in contact; make contact; enter contact; be in contact; "
    "in contact; be in touch; in touch; in touching distance; stay in contact; remain in contact; "
    "keep contact; keep touching; rest on; rest against; rest upon; rest atop; come to rest on; "
    "come to rest against; lie against; lean on; lean against; lie on; place on; place against; "
    "lay on; settle on; settle against; press together; hold together; stay joined; remain "
    "joined; come together at the tips; bring into contact; contact between; contact with; "
    "contact of; palm contact; fingertip contact; tip contact; meet up; bump; interlock",
    "separation": "separate from; part from; leave; let go; let go of; release; lift off; lift away from; lose "
    "contact; break contact; break off; come off; detach; detach from; disengage; pull off; come "
    "away from; disconnect; release from; break away from; lose touch; part company; pull away "
    "from; peel off",
    "parting": "separate; part; move apart; come apart; draw apart; spring apart; pull apart; drift apart; "
    "go apart; fly apart; glide apart; slide apart; travel apart; part ways; move away from each "
    "other; shift apart; move away from one another; move farther apart; move further apart; get "
    "farther apart; get further apart; diverge; increase their distance; widen the distance; "
    "distance themselves; back away from each other",
    "joining": "come together; move together; close in; close in on; come closer; get closer; move closer; "
    "draw near; draw nearer; draw closer; approach; rush together; converge; glide together; "
    "slide together; go together; swing together; move toward each other; move towards each "
    "other; move toward one another; move towards one another; decrease their distance; narrow "
    "the distance; draw together; bring together; come nearer; get nearer; move nearer; near",
    "near": "come near; come close to; get near; get close to; hover near; pass near; come close; be near",
    "bend": "bend; curl; flex; fold; clench; crook; contract; close; curl in; curl inward; curl inwards; "
    "bend inward; bend inwards; fold in; fold up; fold into the palm; curl into the palm; bow; "
    "hook",
    "fist": "make a fist; form a fist; close into a fist; clench into a fist; curl into a fist; ball up; "
    "fold into a fist; ball into a fist; bend into a fist",
    "straighten": "straighten; extend; unfold; uncurl; open; reopen; unbend; stretch; stretch out; unclench; "
    "open up; straighten out; extend outward; extend outwards; unfurl; relax open; open out; "
    "straighten up",
    "hyperextended": "hyperextend; overextend; bend backwards past straight; bend backward past "
    "straight; bend backwards beyond straight; bend backward beyond straight; bend back past "
    "straight; bend back; bend back beyond straight; bend past straight; bend beyond straight; "
    "arch backward; arch backwards; arch back; bend backward; bend backwards; extend beyond "
    "straight; extend past straight",
    "spread": "spread; spread apart; spread out; fan out; fan; fan apart; splay; splay apart; splay out; "
    "open sideways; widen; spread sideways",
    "close": "close together; come together sideways; close up; narrow; close sideways; squeeze together; "
    "move together sideways; draw together sideways",
    "still": "stay in place; remain in place; keep in place; hold in place; keep still; stay still; remain "
    "still; hold still; stay put; be motionless; remain motionless; stay motionless; be "
    "stationary; stay stationary; remain stationary; keep its place; keep their place; be still; "
    "motionless; immobile; not move; rest in place; stand still; keep its position; hold its "
    "position",
    "move": "move; travel; shift; go; glide; slide; drift; swing; head; push; pull; slip; sweep; carry; "
    "draw; bob; return; come back; float; wander; proceed; progress; bring; make its way; "
    "shuttle; displace; swipe; translate; migrate; push out; reach out; movement; motion; "
    "movement of; motion of",
    "move slow": "creep; inch; crawl; ease",
    "move fast": "dart; shoot; rush; race; snap; whip; fling; jerk; dash; zip; flick",
    "move up": "rise; climb; lift; ascend; raise; elevate; lift up; rise up; climb up; move higher; go "
    "higher; rise upward; rise upwards; lift upward; lift upwards; come up",
    "move down": "sink; drop; lower; descend; fall; dip; plunge; sink down; drop down; move lower; go lower; "
    "drop downward; drop downwards; sink downwards; fall down; come down",
    "move front": "advance; push forward; thrust; come forward",
    "move back": "retreat; withdraw; retract; recede; back up; back away; pull back; draw back",
    "occurs": "occur; happen; last; take place; come; run; pass; repeat; take part; lead",
    "changes": "change; vary; alternate; switch",
    "edge start": "start; begin; commence",
    "edge end": "end; finish; end up; conclude; finish up; wind up",
    "be": "be; stay; remain; keep; hold; sit; stand; lie; hover; rest; leave off; continue; become; "
    "get; locate; position; place; appear; trail; hang; stop; turn; float at; lay",
    "do": "do",
    "have": "have",
}
"""Kind of claim: how it is said. Two words: a kind and what it says besides."""

IRREGULAR: Final = {
    "met": "meet", "bent": "bend", "left": "leave", "lost": "lose", "broke": "break", "broken": "break",
    "came": "come", "went": "go", "gone": "go", "goes": "go", "rose": "rise", "risen": "rise", "sank": "sink",
    "sunk": "sink", "fell": "fall", "fallen": "fall", "kept": "keep", "held": "hold", "made": "make", "shot": "shoot",
    "swung": "swing", "drew": "draw", "drawn": "draw", "brought": "bring", "is": "be", "are": "be", "was": "be",
    "were": "be", "been": "be", "being": "be", "am": "be", "does": "do", "did": "do", "done": "do", "has": "have",
    "had": "have", "having": "have", "lay": "lie", "lain": "lie", "lying": "lie", "stood": "stand", "sat": "sit",
    "began": "begin", "begun": "begin", "slid": "slide", "struck": "strike", "became": "become", "got": "get",
    "laid": "lay", "crept": "creep", "swept": "sweep", "hung": "hang", "withdrew": "withdraw",
    "withdrawn": "withdraw", "got closer": "get closer", "wound": "wind", "flung": "fling", "let": "let",
}  # fmt: skip

DOUBLED: Final = {"tap", "slap", "clap", "hit", "slip", "drop", "dip", "bob", "get", "stop", "sit", "let", "put", "zip",
                  "rub", "begin", "snap", "whip"}  # fmt: skip
"""Verbs whose last letter is doubled before -ed and -ing."""

FINGER_STATES: Final = {
    "straight": "straight; extended; outstretched; unbent; flat; open; stretched out; stretched; "
    "straightened; uncurled; fully extended; fully straight; fully open; straight out; unfolded; "
    "unclenched",
    "partly bent": "partly bent; partially bent; half bent; slightly bent; half folded; half curled; slightly "
    "curled; partly curled; partially curled; partially flexed; partly flexed; slightly flexed; "
    "loosely curled; half flexed; half closed; gently curved; partly folded; partially folded; "
    "semi bent; moderately bent",
    "fully bent": "fully bent; fully curled; tightly curled; tightly closed; fully flexed; clenched; folded "
    "into the palm; tightly folded; fully closed; completely bent; completely curled; fully "
    "folded; tightly bent; tightly clenched; curled into the palm; tightly flexed",
    "bent": "bent; curled; flexed; folded; closed; curved; crooked",
    "fist": "a fist; in a fist; balled; fisted; into a fist; balled up; fist shape",
    "hyperextended": "hyperextended; overextended; bent backwards; bent backward; hyper extended",
    "spread": "spread; spread sideways; held apart sideways; splayed; spread apart; held apart; spread "
    "wide; fanned out; splayed apart; wide apart; spread out",
    "together": "close together; side by side; held together; pressed side by side; adjacent; closed together",
}

POSITIONS: Final = {
    "UP": "above; over; higher; higher up; higher than; on top; on top of; atop; higher up than; up higher",
    "DOWN": "below; under; beneath; lower; lower than; underneath; lower down; lower down than",
    "FRONT": "in front; in front of; ahead; ahead of; farther forward; further forward; farther forward "
    "than; further forward than; further ahead; farther ahead; farther out; further out; farther "
    "from the body; farther from the body than; before the other",
    "BACK": "behind; farther back; further back; farther back than; further back than; closer to the "
    "body; nearer to the body; closer to the body than; nearer the body",
    "left of": "to the left of; left of; on the left of; on the left side of",
    "right of": "to the right of; right of; on the right of; on the right side of",
    "crossed": "crossed; cross; cross over; crossed over; cross each other; crossing; cross over each other; overlap",
    "uncrossed": "uncrossed; uncross; side by side; not crossed; side by side , not crossed; uncrossing",
    "level": "level; level with; at the same height; the same height; at equal height; equally high; of "
    "equal height; at an equal height; at the same level; same level; same height; even in "
    "height; equal in height; equal height; to the same level; to the same height",
    "abreast": "equally far forward; at the same depth; same depth; equally far out; equally far from the "
    "body; the same distance from the body; even in depth; at equal depth",
    "lined up": "lined up from side to side; aligned sideways; lined up sideways; aligned from side to side",
}
"""Where one hand is to the other: said of the hand named first, as the events say it of the right one."""

DISTANCES: Final = {
    "Far": "far apart; well apart; far from; far away from; widely separated; large distance; at a large "
    "distance; a long way from; a long way apart; wide apart; widely apart; far away; at a "
    "distance; separated widely; great distance; a good distance apart; far off from; distant; "
    "widely spaced; far off",
    "Medium": "a medium distance apart; at a moderate distance; medium distance; moderate distance; at a "
    "medium distance; some distance apart; moderately far apart; a moderate distance apart; at a "
    "medium distance apart; at a moderate distance apart",
    "Near": "close together; near each other; near one another; close to each other; close to one "
    "another; nearby; small distance; a small distance apart; close by; at close range; close",
}

DIRECTIONS: Final = {
    "up": "up; upward; upwards; skyward; higher",
    "down": "down; downward; downwards; lower; to the floor",
    "left": "leftward; leftwards; to the left; toward the left; towards the left; to the left side; left "
    "side; to its left; to their left",
    "right": "rightward; rightwards; to the right; toward the right; towards the right; to the right side; "
    "right side; to its right; to their right",
    "front": "forward; forwards; away from the body; away from the person; away from the torso; outward; "
    "ahead; outwards; frontward; to the front; away from the chest; away from the wearer; away",
    "back": "backward; backwards; toward the body; towards the body; toward the person; towards the "
    "person; inward; toward the torso; towards the torso; back; toward the chest; towards the "
    "chest; to the back; rearward; closer to the body; to the body; to the chest; nearer to the "
    "body",
    "sideways": "sideways; laterally; from side to side; side to side",
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
    "Slow": "slowly; slow; gradually; leisurely; gently; at a slow pace; at low speed; at a slow speed; "
    "unhurriedly; at a leisurely pace; slow speed; low speed; sluggishly; at a low speed; slow "
    "pace",
    "Medium": "steadily; at a medium speed; at a moderate pace; at a moderate speed; moderate speed; medium "
    "speed; at medium speed; at moderate speed; at a medium pace; moderate pace; moderately fast; "
    "at a steady pace; moderately",
    "Fast": "quickly; fast; rapidly; swiftly; at high speed; at a high speed; briskly; speedily; quick; "
    "rapid; abruptly; suddenly; high speed; hastily; at a fast pace; swift; in a flash",
    "mixed": "at changing speeds; at mixed speeds; at varying speeds",
}

WHENS: Final = {
    "start": "at first; at the start; initially; to begin with; at the beginning; in the beginning; at the "
    "outset; in the first few moments; at the very start; at the start of the clip; at the "
    "beginning of the clip; from the outset; at the very beginning; in the opening frames; in the "
    "first frames",
    "early": "early on; early; in the first third; early in the clip; in the early part; in the first "
    "third of the clip",
    "first half": "in the earlier part; in the first part; in the first half; in the first half of the clip; "
    "during the first half; during the first half of the clip",
    "midway": "midway; in the middle of the clip; in the middle; halfway; halfway through; around the "
    "middle; around the middle of the clip; midway through; midway through the clip; in the "
    "middle third; mid clip; at the midpoint; partway through; in the middle part",
    "second half": "in the later part; in the second part; in the latter half; in the second half; in the second "
    "half of the clip; during the second half; during the second half of the clip",
    "late": "late; late in the clip; late on; in the last third; in the final third; in the last third of the clip",
    "end": "at the end; in the end; by the end; at the very end; at the end of the clip; by the end of "
    "the clip; in the last frames; in the final frames; at last; in the final moments; in the "
    "last few moments; ultimately; in the closing frames",
    "near end": "toward the end; towards the end; near the end; toward the end of the clip; towards the end "
    "of the clip; near the end of the clip; shortly before the end",
    "until end": "until the end; until the very end; up to the end; to the end; until the clip ends; to the "
    "very end; until the end of the clip; for the rest of the clip; through to the end; till the "
    "end; through the end",
    "throughout": "throughout; the whole time; the entire clip; for the whole clip; all the time; all along; "
    "always; from start to finish; from beginning to end; from the first to the last frame; "
    "during the entire clip; constantly; the entire time; at all times; throughout the clip; the "
    "whole clip; during the whole clip; for the entire clip; continuously; from start to end; "
    "permanently; all the while; over the whole clip; the whole way through; throughout the whole "
    "clip; throughout the entire clip; from first to last; throughout the motion; throughout the "
    "sequence",
    "": "briefly; for a moment; momentarily; for an instant; lightly; softly; firmly; shortly; at the "
    "tips; tip to tip; at all joints; at every joint; in all joints; in every joint",
}

LINKS: Final = {
    "then": "then; after that; next; afterwards; afterward; later; subsequently; and then; followed by; "
    "later on; thereafter; after which; whereupon; following this; after this; and afterwards; "
    "only afterwards; immediately after; shortly after that; again later",
    "earlier": "before that; earlier; previously; beforehand; prior to that; before this",
    "meanwhile": "meanwhile; at the same time; simultaneously; together with this; during this; while; as; "
    "whilst; in the meantime; all at the same time; during which; concurrently",
    "after": "after; once; as soon as; when; since; following",
    "before": "before; prior to; until; till; ahead of time",
    "and": "and; but; or; nor; plus; as well as; along with; then again; yet",
}

NEGATIONS: Final = (
    "not; never; no; none; neither; nor; without; at no point; at no time; cannot; no part; do n't; "
    "n't; hardly; nothing; nowhere; no longer"
)

MANNERS: Final = {
    "in turn": "one by one; one after another; one after the other; in turn; in succession; in sequence; "
    "successively; sequentially; consecutively; in a wave; each in turn; one at a time",
    "apart": "at different times; not all at once; not together; at separate times; at various times",
    "at once": "at once; all at once; in unison; together; all together; as one; simultaneously; in one go",
    "many": "repeatedly; again and again; over and over; several times; many times; multiple times; a few "
    "times; time and again",
    "full": "fully; completely; entirely; all the way; totally",
    "again": "again; once more; once again; anew",
}

JOINT_WORDS: Final = {
    "mcp": "at the knuckle; at the knuckles; knuckle; knuckles; base knuckle; base joint; mcp; base "
    "joints; mcp joint; mcp joints",
    "pip": "at the middle joint; at the middle joints; middle joint; middle joints; pip; pip joint; "
    "middle knuckle; pip joints",
    "dip": "at the end joint; at the end joints; end joint; end joints; dip; dip joint; last joint; dip "
    "joints; ip; ip joint; outer joint; top joint",
}

NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip

QUANTIFIERS: Final = {
    "all": "all; every; each; everything; any; all of; each of; every one of; the entire; entire",
    "both": "both; both of",
    "none": "no; none; none of; neither; neither of; not one of",
    "other": "other; others; remaining; rest; opposite; rest of",
    "some": "some; several; some of; a few; several of; most of; most",
}

SMALL_WORDS: Final = {
    "det": "the; a; an; its; their; this; these; those; that; his; her; own; very; same",
    "pronoun": "it; they; them; itself; themselves; he; she; the former; ones",
    "mutual": "each other; one another; together with each other",
    "of": "of; on; from; belonging to; onto; upon; in; into; at",
    "with": "with; to; against; toward; towards; by; than; between; via; for; around; about; near to",
    "except": "except; except for; apart from; other than; aside from; save for; excluding; but",
    "one": "one; ones",
    "first": "first; last",
}
