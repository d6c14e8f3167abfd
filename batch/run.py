"""Analyse a collection, skipping files of earlier runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from tqdm import tqdm

from batch.remote import file_size
from batch.results import Results
from batch.rows import FileResult, Job, content_hash
from reporting.text.printable import printable

Analyze = Callable[[Iterable[str]], Iterator[FileResult]]
"""Analyses files and yields results in any order."""


def scan_collection(files: Sequence[str], job: Job, results: Results, analyze: Analyze) -> Counter[str]:
    """Analyse the files without an earlier result of the same content, settings and weights.

    Returns:
        Number of files by outcome, with `error` for failed ones; `earlier` counts those of earlier runs again.
    """
    counts: Counter[str] = Counter()
    new = []
    for file in tqdm(files, "Looking for earlier results", unit="file", disable=None if results.sizes else True):
        found = _earlier(file, job, results)
        if found is None:
            new.append(file)
            continue
        results.add(found)
        counts[_outcome(found)] += 1
        counts["earlier"] += 1
    for result in tqdm(analyze(new), "Analysing", total=len(new), unit="file", disable=None, smoothing=0.1):
        results.add(result)
        counts[_outcome(result)] += 1
    return counts


def _earlier(file: str, job: Job, results: Results) -> FileResult | None:
    name = printable(file)
    try:
        if file_size(file) not in results.sizes:
            return None
        found = results.earlier(name, content_hash(file), job)
    except OSError:
        return None  # the analysis reports the error
    if found is None:
        return None
    return FileResult(found.row | {"file": name}, [track | {"file": name} for track in found.tracks])


def _outcome(result: FileResult) -> str:
    outcome: str = result.row["outcome"] or "error"
    return outcome
