"""What a finished run is for: the benchmark's table on the terminal, and where the report lies.

Run as `python -m pipelines.outcome`. What belongs here: finding and printing them. What does not: making them.
"""

from pathlib import Path

from assets.storage import TableStore
from handx_core.benchmark.tables_for_people import benchmark_table_text
from pipelines.definitions import data_root_of, profile_in_use


def main() -> None:
    """Print the table and the path of the report."""
    root = data_root_of(profile_in_use())
    print(benchmark_table_text(TableStore(root).handle("benchmark").read().to_pylist()))
    print(f"\nReport: {Path(root) / 'files/benchmark_report/report.html'}")


if __name__ == "__main__":
    main()
