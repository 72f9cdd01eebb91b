"""What two hands do, from their joints: palm frames, descriptors, contact distances, events.

What belongs here: geometry of motion and its cutting into events. What does not: choosing or cutting clips
(`curation`), putting events into words (`captioning`), features that a model is trained on (`representation`).

The loops are compiled by numba and cached beside the source. The cache of a module does not notice a change in a
module that it imports: after a change in `vectors`, `palm` or `states`, delete this room's `__pycache__`.
"""
