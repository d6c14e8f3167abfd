"""Read and write Parquet; pyarrow, an optional extra, is imported on first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from detector.errors import BatchError


def require_pyarrow() -> Any:
    """Import pyarrow.

    Raises:
        BatchError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise BatchError(
            "Parquet needs pyarrow: pip install 'deepfake-detector[parquet]', or choose .csv or .jsonl."
        ) from error
    return pyarrow


def read_rows(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Read rows as dictionaries, all columns or those named.

    Raises:
        BatchError: the file is not Parquet, or lacks a column.
    """
    pyarrow = require_pyarrow()
    try:
        known = pyarrow.parquet.read_schema(path).names
        missing = [name for name in columns or () if name not in known]
        if missing:
            raise BatchError(f"{path} has no column {missing[0]!r}; it has: {', '.join(known) or 'none'}.")
        rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path, columns=columns).to_pylist()
    except pyarrow.ArrowException as error:
        raise BatchError(f"{path} cannot be read as Parquet: {error}") from error
    return rows


def write_rows(path: Path, columns: Mapping[str, type], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows; columns are nullable strings, 64-bit integers and 64-bit floats."""
    pyarrow = require_pyarrow()
    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), path)
