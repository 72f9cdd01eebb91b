"""What a text claims of a motion, and whether it is true.

What belongs here: the claim parser (`reader`, on which all the others but two bear) and the judge (`judge`, with
`checks` and `timing`). What does not: scores of captions (`audit`), and what is true of a clip (`clip_truth`).
"""
