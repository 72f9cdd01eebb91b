"""Captions: five levels of left, right and interaction text for a clip.

What belongs here: whatever writes, checks or scores captions from the events of a clip. What does not: the events
(`handx_core.kinematics`), and turning text into model inputs (`handx_core.representation`).
"""
