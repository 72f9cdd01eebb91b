"""A parametric pair of hands, what it does, and writers that store it in every raw format.

What belongs here: motion of known truth, and files for the readers to read. What does not: the readers
(`handx_core.sources`), of which nothing here makes use: truth and writers are independent of what they test.
"""
