"""The archive: tables as Parquet partitions under one URI, committed exactly once."""
