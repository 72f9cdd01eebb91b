"""One module per stage of the lineage. An asset is thin: it reads, calls `handx_core`, and says what came out."""
