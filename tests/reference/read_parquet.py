#!/usr/bin/env python3
"""Reads a Parquet file with pyarrow and with DuckDB, which must agree, and prints it as a table.

    python read_parquet.py FILE

First line: names and types of the columns; second: row groups and compression; then the rows. A missing value is `.`; a list is joined by commas.
"""
import sys

import duckdb
import numpy as np
import pyarrow.parquet


def cell(value):
    if value is None:
        return "."
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(map(cell, value))
    return repr(float(np.float32(value))) if isinstance(value, float) else str(value)


path = sys.argv[1]
table = pyarrow.parquet.read_table(path)
rows = [tuple(row.values()) for row in table.to_pylist()]
other = duckdb.execute("SELECT * FROM read_parquet(?)", [path]).fetchall()
assert [tuple(map(cell, row)) for row in other] == [tuple(map(cell, row)) for row in rows], "pyarrow and DuckDB differ"
metadata = pyarrow.parquet.ParquetFile(path).metadata
print("\t".join(f"{field.name}:{field.type}" for field in table.schema))
kinds = {metadata.row_group(group).column(column).compression for group in range(metadata.num_row_groups) for column in range(metadata.num_columns)}
print(metadata.num_row_groups, ",".join(sorted(kinds)), sep="\t")
for row in rows:
    print("\t".join(map(cell, row)))
