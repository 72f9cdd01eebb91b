"""The verbs with which people, models and the rules tell what hands do, as data, and the words derived from a verb.

What belongs here: verbs in their bare form by kind of claim, irregular forms, and the rules of English by which a verb
makes its other forms and its noun. What does not: other words (`words`), and how verbs are found in a text
(`terms`).
"""

import re
from collections.abc import Iterator
from typing import Final

VERBS: Final = {
    "contact": "touch; pair up with; pair with; pair up; visit; pay a visit to; meet; oppose; in opposition; in "
    "opposition to; in opposition with; be in opposition; contact; press; strike; slap; clap; hit; tap; collide; "
    "brush; graze; reach; pinch; connect; join; land; land on; land upon; arrive at; kiss; rub; stroke; poke; clasp; "
    "come into contact; come in contact; get in contact; get into contact; make contact; enter contact; enter into "
    "contact; be in contact; in contact; be in touch; in touch; in touching distance; stay in contact; remain in "
    "contact; keep contact; keep in contact; keep touching; rest on; rest against; rest upon; rest atop; come to rest "
    "on; come to rest against; lie against; lean on; lean against; lie on; place on; place against; lay on; settle "
    "on; settle against; settle upon; press together; hold together; stay joined; remain joined; stay on; remain on; "
    "come together at the tips; bring into contact; meet up; bump; interlock; nudge; prod; peck; dab; drum on; drum "
    "against; knock; flick against; smack; bang; bounce on; impact; encounter; abut; adjoin; butt; push against; push "
    "into; dig into; press into; press on; sit against; sit atop; stay against; remain against; hold against; keep "
    "against; go into contact; move into contact; swing into contact; bring to touch; attach to; stick to; tip onto; "
    "touch down; set down on; put against; establish contact; maintain contact; hold contact; retain contact; share "
    "contact; have contact; mate; rub against; scrape; squeeze; nip; click; bridge; link; unite; fuse; close on; "
    "close onto; fall on; fall onto; drop on; drop onto; lie upon; stand on; touch tips; brush past; reach contact; "
    "in physical contact; make physical contact; lower onto; alight on; perch on",
    "separation": "separate from; part from; leave; let go; let go of; release; lift off; lose contact; break "
    "contact; break off; come off; detach; detach from; disengage; pull off; come away from; disconnect; release "
    "from; break away from; break away; lose touch; part company; pull free; come free; break free; pull away; lift "
    "away; come away; peel off; peel away; unpinch; unclasp; free; end contact; cease contact; release contact; cease "
    "touching; stop touching; quit; come loose; uncouple; unlink; slide off; slip off; relinquish; lose hold of; let "
    "loose; leave contact; leave behind",
    "parting": "separate; part; drive apart; force apart; tear apart; pry apart; carry apart; move apart; come apart; "
    "draw apart; spring apart; pull apart; drift apart; go apart; fly apart; glide apart; slide apart; travel apart; "
    "part ways; move away from each other; shift apart; move away from one another; move farther apart; move further "
    "apart; get farther apart; get further apart; diverge; increase their distance; increase the distance; widen the "
    "distance; widen their distance; widen the gap; increase the gap; open the gap; distance themselves; back away "
    "from each other; split; split apart; divide; swing apart; jump apart; push apart; push away from each other; "
    "step apart; break apart; snap apart; peel apart; bounce apart; recoil from each other; retreat from each other; "
    "disperse; withdraw from each other; pull away from each other; drift away from each other; grow apart",
    "joining": "come together; move together; close in; close in on; come closer; get closer; move closer; draw near; "
    "draw nearer; draw closer; approach; rush together; converge; glide together; slide together; go together; swing "
    "together; move toward each other; move towards each other; move toward one another; move towards one another; "
    "decrease their distance; narrow the distance; draw together; bring together; come nearer; get nearer; move "
    "nearer; near; close the distance; close the gap; close their distance; reduce the distance; reduce their "
    "distance; reduce the gap; decrease the distance; shorten the distance; narrow the gap; shrink the distance; "
    "shrink the gap; snap together; clap together; pull together; push together; drift together; fly together; bring "
    "closer; bring near; bring nearer; move close; move in on; gather; gather together; rejoin; reunite; shift "
    "together; shift closer; drift closer; slide closer; edge closer; inch closer; creep closer; swing closer; travel "
    "together; travel toward each other; travel towards each other; move in toward each other; move inward toward "
    "each other; approximate",
    "near": "come near; come close to; get near; get close to; hover near; pass near; come close; be near; stay near; "
    "remain near; hover close to; approach closely; linger near",
    "bend": "bend; curl; flex; fold; clench; crook; contract; close; curl in; curl inward; curl inwards; bend inward; "
    "bend inwards; bend in; flex inward; fold inward; fold inwards; fold in; fold up; fold into the palm; fold down; "
    "fold over; curl into the palm; curl up; curl down; bow; hook; bend forward; bend down; bend over; flex in; tuck; "
    "tuck in; roll in; roll up; roll inward; coil; shut; snap shut; buckle; crumple; close up; curve; curl toward the "
    "palm; curl towards the palm; bend toward the palm; bend towards the palm; close inward; fold toward the palm; "
    "fold towards the palm; curl under; double up; close down; crunch; crimp",
    "fist": "make a fist; form a fist; close into a fist; clench into a fist; curl into a fist; ball up; fold into a "
    "fist; ball into a fist; bend into a fist; ball; become a fist; form into a fist; clench up; flex into a fist; "
    "contract into a fist; tighten into a fist; snap into a fist; go into a fist; make fists; form fists; clench into "
    "fists; close into fists; curl into fists; turn into a fist; shape a fist; roll into a fist; clench in a fist; "
    "collapse into a fist; gather into a fist; draw into a fist; shut into a fist",
    "straighten": "straighten; extend; unfold; uncurl; open; reopen; unbend; stretch; stretch out; unclench; open up; "
    "straighten out; extend outward; extend outwards; unfurl; relax open; open out; straighten up; unroll; untuck; "
    "uncoil; unflex; unball; re extend; extend out; open wide; lengthen; elongate; loosen; open flat; flatten; "
    "flatten out; outstretch; spring open; snap open; pop open; fling open; burst open; restraighten; decurl; unhook; "
    "unwind; release its fist; release the fist; release its curl",
    "hyperextended": "hyperextend; overextend; bend backwards past straight; bend backward past straight; bend "
    "backwards beyond straight; bend backward beyond straight; bend back past straight; bend back; bend back beyond "
    "straight; bend past straight; bend beyond straight; arch backward; arch backwards; arch back; bend backward; "
    "bend backwards; extend beyond straight; extend past straight; hyper extend; over extend; flex backward; flex "
    "backwards; curve backward; curve backwards; overstretch; curl backward; curl backwards; overstraighten; bow "
    "backward; bow backwards; extend too far; arch; bend the wrong way; bow back; straighten past straight; "
    "straighten beyond straight; curve back; bend beyond neutral; extend beyond neutral; extend past neutral; extend "
    "past the straight line; bend rearward; go past straight; go beyond straight; open past straight",
    "spread": "spread; spread apart; spread out; fan out; fan; fan apart; splay; splay apart; splay out; open "
    "sideways; widen; spread sideways; spread open; fan open; spread wide; abduct; expand; widen apart; space out; "
    "spread away; increase; grow; enlarge; become larger; become wider; get wider; get larger; become bigger; "
    "open into a v; open up into a v; open in a v; open to a v; separate into a v; part into a v; spread into a v; "
    "form a v; make a v; form a v shape; make a v shape; open into a v shape; open like a fan; spread like a fan; "
    "form a fan; make a fan; open the fan; spread the fan; open like scissors; scissor apart; scissor open",
    "close": "close like a fan; close the fan; fold the fan; fold like a fan; undo the fan; close together; come "
    "together sideways; close up; narrow; close sideways; squeeze together; move together sideways; draw together "
    "sideways; adduct; bunch; bunch together; press side by side; bunch up; unspread; close back together; line up "
    "side by side; come side by side; decrease; shrink; diminish; reduce; become smaller; become narrower; get "
    "smaller; get narrower",
    "still": "lie still; sit still; rest still; hang still; stay in place; remain in place; wait; keep in place; hold "
    "in place; keep still; stay still; remain still; hold still; stay put; be motionless; remain motionless; stay "
    "motionless; be stationary; stay stationary; remain stationary; keep its place; keep their place; be still; "
    "motionless; immobile; not move; rest in place; stand still; keep its position; hold its position; stationary; "
    "hold position; maintain its position; remain fixed; stay fixed; stay where it is; remain where it is; at rest; "
    "hold steady; keep steady; remain steady; stay steady; hold their position; hold their positions; maintain their "
    "position; maintain position; keep position; fixed in place; keep stationary; remain in position; stay in "
    "position; remain static; stay static; static; unmoving; freeze; stay at rest; without moving; pause; remain at "
    "rest; stand in place; remain anchored; stay anchored; remain immobile; stay immobile; be immobile; not travel; "
    "be steady; be fixed; be static; be unmoving; be inactive; be at rest; do nothing; be idle; show no change; "
    "undergo no change; have no change; exhibit no change; display no change; show no change in; show no change of; "
    "show no movement; show no motion; stay idle; remain idle; stay inactive; remain inactive; stay at its place; "
    "remain at its place; keep at its place; stay in its place; remain in its place; stay at the same place; remain "
    "at the same place; stay in the same place; remain in the same place; stay in one place; remain in one place; "
    "stay on the spot; remain on the spot; stay at the same spot; stay in the same position; remain in the same "
    "position; hold the same position; keep the same position; stay at its position; remain at its position",
    "move": "move; travel; shift; go; glide; slide; drift; swing; head; push; pull; slip; sweep; carry; draw; bob; "
    "return; come back; float; wander; proceed; progress; bring; make its way; shuttle; displace; swipe; translate; "
    "migrate; push out; reach out; step; jump; hop; bounce; rebound; veer; steer; sail; roam; oscillate; relocate; "
    "reposition; transfer; slant; tilt; reverse; journey; course; jolt; jab; punch; pump; transition; curve away; "
    "sway; rock; waggle; wag; shake; stroll; arc; whoosh; dive; propel; send; trace; work its way; track; edge along; "
    "change its place; change its position; change place; change position; change its location; leave its place; "
    "leave its position; change location; shift position; shift its position; leave its spot; change their place; "
    "change their position; change their positions",
    "move slow": "creep; inch; crawl; ease; edge; nudge along; sneak; trickle; linger",
    "move fast": "dart; shoot; rush; race; snap; whip; fling; jerk; dash; zip; flick; hurry; speed; bolt; lunge; "
    "hurtle; streak; lash; fly; leap; spring; thrash; hurl; burst; thrust",
    "move up": "rise; climb; lift; ascend; raise; elevate; lift up; rise up; climb up; move higher; go higher; rise "
    "upward; rise upwards; lift upward; lift upwards; come up; hoist; soar; raise up; gain height; arise; mount; "
    "scale; levitate; raise upward; raise upwards; ascend upward",
    "move down": "sink; drop; lower; descend; fall; dip; plunge; sink down; drop down; move lower; go lower; drop "
    "downward; drop downwards; sink downwards; fall down; come down; lower down; lose height; subside; slump; descend "
    "downward; plummet; sag; decline; sink downward; lower downward; lower downwards; dive down; droop",
    "move front": "advance; protract; push forward; come forward; press forward; protrude; move ahead; jut; extend "
    "forward; extend forwards; reach forward; reach forwards; extend away from the body; thrust forward; step forward",
    "move back": "retreat; withdraw; retract; recede; back up; back away; pull back; draw back; recoil; move back; "
    "pull in toward the body; pull inward; retire; pull backward; pull backwards; draw in toward the body; come back "
    "toward the body; regress",
    "occurs": "occur; happen; last; take place; come; run; pass; repeat; take part; lead; span; persist; endure; "
    "follow; go on; extend over; be seen; be observed; be visible; be present; be made; be repeated; be noted",
    "changes": "change; change its posture; change its shape; change their posture; change their shape; change "
    "posture; "
    "change shape; change its form; vary; alternate; switch; rotate; twist; pivot; swivel; tremble",
    "edge start": "start; begin; commence; start off; start out; begin with; start with",
    "edge end": "end; finish; end up; conclude; finish up; wind up; finish off; wind up",
    "be": "be; stay; remain; keep; hold; sit; stand; lie; hover; rest; leave off; continue; become; get; locate; "
    "position; place; appear; trail; hang; stop; turn; float at; lay; maintain; retain; preserve; sustain; settle "
    "into; linger; situate; persist; go into; enter; move into; point; stick out; stick up",
    "light": "make; perform; execute; undergo; give; complete; carry out; engage in; initiate; establish; achieve; "
    "demonstrate; go through; produce; accomplish; effect; create; present; involve; attempt; follow with; continue "
    "with; introduce; deliver; conduct; see; enter; experience; put in",
    "ends": "lose; break; cease; dissolve; terminate; interrupt; discontinue; undo; give up; abandon; vanish; "
    "disappear",
    "do": "do",
    "have": "have; possess; show; exhibit; display; feature",
}
"""Kind of claim: how it is said. Two words: a kind and what it says besides."""


IRREGULAR: Final = {
    "am": "be", "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "does": "do",
    "did": "do", "done": "do", "has": "have", "had": "have", "having": "have", "got closer": "get closer",
} | {
    form: verb
    for verb, forms in {
        "meet": "met", "bend": "bent", "unbend": "unbent", "leave": "left", "lose": "lost", "break": "broke broken",
        "come": "came", "become": "became", "go": "went gone goes", "rise": "rose risen", "arise": "arose arisen",
        "sink": "sank sunk", "fall": "fell fallen", "keep": "kept", "hold": "held", "make": "made", "shoot": "shot",
        "swing": "swung", "draw": "drew drawn", "withdraw": "withdrew withdrawn", "bring": "brought",
        "lie": "lain lying", "lay": "laid", "stand": "stood", "sit": "sat", "begin": "began begun", "slide": "slid",
        "strike": "struck", "stick": "stuck", "get": "got gotten", "creep": "crept", "sweep": "swept", "hang": "hung",
        "wind": "wound", "unwind": "unwound", "fling": "flung", "let": "let", "fly": "flew flown flies",
        "spring": "sprang sprung", "leap": "leapt", "lean": "leant", "speed": "sped", "take": "took taken",
        "see": "seen saw", "shake": "shook shaken", "find": "found", "run": "ran", "give": "gave given", "dig": "dug",
        "freeze": "froze frozen", "grow": "grew grown", "show": "shown", "set": "set", "put": "put", "hit": "hit",
        "split": "split", "shut": "shut", "spread": "spread", "overlie": "overlay", "shrink": "shrank shrunk",
        "tie": "tying", "undo": "undid undone undoes", "dive": "dove", "drive": "drove driven", "tear": "tore torn",
    }.items()
    for form in forms.split()
}  # fmt: skip
"""Forms that no rule makes, and their verbs."""

_NOUNS: Final = {
    "ascend": "ascent ascension", "descend": "descent", "close": "closure closing", "withdraw": "withdrawal",
    "hyperextend": "hyperextension", "overextend": "overextension", "extend": "extension", "contract": "contraction",
    "flex": "flexion flexation flexing", "abduct": "abduction", "adduct": "adduction", "collide": "collision",
    "diverge": "divergence", "converge": "convergence", "depart": "departure", "move": "movement motion",
    "displace": "displacement", "meet": "meeting", "open": "opening", "release": "release", "raise": "raise",
    "fist": "fist", "expand": "expansion", "oppose": "opposition",
}  # fmt: skip
"""Nouns that no rule makes, by verb."""


def forms(verb: str) -> Iterator[tuple[str, str]]:
    """The other forms of a regular verb, each with which it is: "s", "ed", "ing", or "noun" for what is done."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    doubled = stem + (verb[-1] if _DOUBLES.fullmatch(verb) else "")
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        yield from ((third[:-2] + "ies", "s"), (stem[:-1] + "ied", "ed"), (stem + "ing", "ing"))
    else:
        yield from ((third, "s"), (doubled + "ed", "ed"), (doubled + "ing", "ing"))
    for noun in (
        *_NOUNS.get(verb, "").split(),
        stem + "ion",
        stem + "ment",
        verb + "ment",
        stem + "ation",
        stem + "al",
    ):
        yield noun, "noun"
        yield noun + "s", "noun"


_DOUBLES: Final = re.compile(r"(?:[^aeiou]*[aeiou][^aeiouwxy]|begin|unpin|[a-z]*(?:lap|step|grip|clap|flip))")
"""Verbs whose last letter is doubled before -ed and -ing: of one syllable, with one vowel before one consonant."""
