#!/usr/bin/env python3
"""Reads a Parquet file with pyarrow and with DuckDB, which must agree, and prints it as a table.

    python read_parquet.py FILE

First line: names and types of the columns; second: row groups and compression; then the rows. A missing value is `.`; a list is joined by commas.
"""
import sys

import duckdb
import numpy as np
import pyarrow.parquet


def cell(value, field):
    if value is None:
        return "."
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(cell(one, field) for one in value)
    if isinstance(value, float):
        return repr(value if field.type == "double" else float(np.float32(value)))
    return str(value)


def cells(row):
    return [cell(value, field) for value, field in zip(row, table.schema, strict=True)]


path = sys.argv[1]
table = pyarrow.parquet.read_table(path)
rows = [tuple(row.values()) for row in table.to_pylist()]
other = duckdb.execute("SELECT * FROM read_parquet(?)", [path]).fetchall()
assert list(map(cells, other)) == list(map(cells, rows)), "pyarrow and DuckDB differ"
metadata = pyarrow.parquet.ParquetFile(path).metadata
print("\t".join(f"{field.name}:{field.type}" for field in table.schema))
kinds = {metadata.row_group(group).column(column).compression for group in range(metadata.num_row_groups) for column in range(metadata.num_columns)}
print(metadata.num_row_groups, ",".join(sorted(kinds)), sep="\t")
for row in rows:
    print("\t".join(cells(row)))
