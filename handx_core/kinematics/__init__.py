"""What two hands do, from their joints: palm frames, descriptors, contact distances, events.

What belongs here: geometry of motion and its cutting into events. What does not: choosing or cutting clips
(`curation`), putting events into words (`captioning`), features that a model is trained on (`representation`).
"""
