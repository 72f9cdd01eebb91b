"""Pictures of motion: stills, timelines of events, training curves, and animations for a page.

What belongs here: everything that turns arrays into something to look at, in one visual style. What does not: any
figure or decision about motion.
"""
