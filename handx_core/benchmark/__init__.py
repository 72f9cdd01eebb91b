"""Metrics with intervals, the benchmark table, and the report of it."""
