"""Analyse a collection: leave out what earlier runs did, show progress, write the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from tqdm import tqdm

from batch.remote import file_size
from batch.results import Results
from batch.rows import FileResult, Job, content_hash
from reporting.text.printable import printable

Analyze = Callable[[Iterable[str]], Iterator[FileResult]]
"""Analyses files and gives the results in any order."""


def scan_collection(files: Sequence[str], job: Job, results: Results, analyze: Analyze) -> Counter[str]:
    """Analyse the files that no earlier run analysed with the same content, settings and weights.

    Args:
        files: paths, each once.
        job: settings and weights.
        results: where results go, and what earlier runs found.
        analyze: does the work.

    Returns:
        How many files have which outcome; `error` for those that could not be analysed, and `earlier` for those
        taken from earlier runs, which are counted by outcome too.
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
        return None  # the analysis says what is wrong with it
    if found is None:
        return None
    return FileResult(found.row | {"file": name}, [track | {"file": name} for track in found.tracks])


def _outcome(result: FileResult) -> str:
    outcome: str = result.row["outcome"] or "error"
    return outcome
