"""The science of the pipeline: readers, kinematics, captions, models, metrics.

Nothing here knows of Dagster: `assets` and `pipelines` call into these rooms, never the other way round.
"""
