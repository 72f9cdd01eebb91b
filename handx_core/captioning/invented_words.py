"""Words that a caption of events never needs: intents, guesses, objects, feelings. Data, matched as whole words.

What belongs here: what events cannot say, by kind. What does not: how it is looked for (`audit`). A star stands for any
ending. Words that also tell plain motion ("hold", "press", "reach", "wave") are not here but in phrases that do not.
"""

from typing import Final

INVENTED: Final = {
    "intent": "try; tries; trying; tried; attempt*; intend*; intent*; want*; aim; aims; aiming; in order "
    "to; so as to; so that; prepar*; about to; ready to; ready for; purpose*; decide*; wish*; "
    "plan*; plans to; meant to; meaning to; deliberate*; carefully; gesture*; gesturing; signal*; "
    "greet*; beckon*; invit*; communicat*; express*; indicat*; pointing at; points at; counting; "
    "counts; demonstrat*; celebrat*; pray*; applau*; playing; plays; typing; types; adjust*; "
    "explor*; examin*; inspect*; manipulat*; interact*; practic*; perform*; task; action; "
    "activity; starting position to; goal; waiting; waits; relax*; tense; tension; effort*; "
    "confident*; nervous*; graceful*; elegant*; playful*; emphasi*; sign language; thumbs up; "
    "okay sign; peace sign",
    "hedge": "perhaps; maybe; probabl*; possibl*; might; may; could; would; likely; seem*; appear*; as if; "
    "as though; suggest*; presumabl*; apparent*; roughly speaking; looks like; resembl*; similar "
    "to a; kind of; sort of; almost as; somewhat; imply*; implies; implied; reminiscent; like a; "
    "like an; akin; simulat*; mimic*; imagin*; pretend*; potentially; supposed*; assum*; unclear; "
    "unknown; uncertain; evident*; obvious*",
    "object": "object*; tool*; cup; cups; mug*; bottle*; ball; balls; phone*; keyboard*; table*; box; "
    "boxes; knife; knives; pen; pens; pencil*; paper*; book*; door*; button*; handle*; lid; lids; "
    "jar; jars; string*; rope*; fabric; cloth*; instrument*; piano; guitar; laptop*; screen*; "
    "mouse; food; fruit*; device*; item*; something; grab*; grasp*; grip*; pick up; picks up; "
    "picking up; holding a; holds a; hold a; holding an; holds an; hold an; holding the; throw*; "
    "catch*; pour*; drink*; eat; eats; eating; cut; cuts; cutting; turn on; twist off; unscrew*; "
    "screw*; face; head; chest level; hair; mouth; someone; somebody; audience; camera; viewer; "
    "music; rhythm",
}
"""Kind: words and phrases, separated by semicolons."""
