"""Sentences that people wrote of scripted clips, true and false, list by list, with how the parser did at first.

What belongs here: lists as they were written, each in its module as SENTENCES: scene, side, whether it is true, and the
sentence. What does not: the scenes (`claim_scenes`), and reading (`test_claims`).
"""

from importlib import import_module

Sentence = tuple[str, str, bool, str]

FIRST_SIGHT = {
    "tuned": (1.0, 1.0),
    "held_out": (0.89, 0.87),
    "fresh": (0.87, 0.85),
    "later": (0.86, 0.80),
    "unseen": (0.81, 0.73),
    "round_1": (0.81, 0.81),
    "round_2": (0.81, 0.79),
    "round_3": (0.81, 0.80),
    "round_4": (0.79, 0.80),
    "round_5": (0.97, 0.96),
    "round_6": (0.86, 0.85),
    "round_7": (0.82, 0.81),
    "round_8": (0.86, 0.84),
    "round_9": (0.87, 0.87),
    "round_10": (0.83, 0.81),
    "round_11": (0.88, 0.88),
    "round_12": (0.90, 0.89),
    "round_13": (0.88, 0.87),
    "round_14": (0.92, 0.92),
    "round_15": (0.89, 0.89),
    "round_16": (0.89, 0.89),
    "round_17": (0.83, 0.84),
    "round_18": (0.94, 0.93),
    "round_19": (0.89, 0.89),
    "round_20": (0.91, 0.92),
    "round_21": (0.94, 0.94),
    "round_22": (0.96, 0.96),
    "round_23": (0.93, 0.92),
    "round_24": (0.88, 0.88),
    "round_25": (0.87, 0.84),
    "round_26": (0.75, 0.67),
    "round_27": (0.84, 0.84),
    "round_28": (0.86, 0.83),
    "round_29": (0.83, 0.78),
    "round_30": (0.80, 0.78),
    "round_31": (0.87, 0.85),
    "round_32": (0.75, 0.74),
    "round_33": (0.94, 0.93),
    "round_34": (0.90, 0.90),
    "round_35": (0.93, 0.93),
    "round_36": (0.91, 0.92),
    "round_37": (0.89, 0.91),
    "round_38": (0.86, 0.86),
    "round_39": (0.89, 0.90),
    "round_40": (0.92, 0.94),
    "round_41": (0.85, 0.86),
    "round_42": (0.87, 0.90),
    "round_43": (0.88, 0.90),
    "round_44": (0.84, 0.87),
    "round_45": (0.88, 0.91),
    "round_46": (0.99, 0.99),
    "round_47": (0.92, 0.93),
}
"""By list, the F1 of flagging what is wrong and of supporting what is true, before the parser was changed for it."""

LISTS: dict[str, list[Sentence]] = {name: import_module(f"{__name__}.{name}").SENTENCES for name in FIRST_SIGHT}
SENTENCES: list[Sentence] = [sentence for sentences in LISTS.values() for sentence in sentences]
