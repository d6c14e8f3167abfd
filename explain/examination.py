"""Analyse a file and explain the result. The page, its API and the command line call this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from detector.config import Depth
from detector.errors import ExplainError
from detector.media.media import Media, open_media
from detector.pipeline import Detector, Progress
from detector.types import Analysis
from explain.decisive import choose_decisive
from explain.explanations import explain
from explain.types import Examination


def examine(
    detector: Detector,
    source: str | Path | Media,
    *,
    max_frames: Depth | Literal["configured"] = "configured",
    progress: Progress | None = None,
    on_analysis: Callable[[Analysis], None] | None = None,
) -> Examination:
    """Analyse a file and explain its faces; if the explanation fails, the analysis is kept.

    Args:
        source: as for `Detector.analyze`.
        max_frames: as for `Detector.analyze`.
        progress: as for `Detector.analyze`.
        on_analysis: called with the analysis before it is explained; an exception it raises stops the work.

    Returns:
        The analysis with its explanations, or with the error that prevented them; neither without a face.

    Raises:
        MediaError: the file cannot be read, or it changed meanwhile.
        CheckpointError: the weights give no finite score.
    """
    media = source if isinstance(source, Media) else open_media(source, detector.config)
    analysis = detector.analyze(media, max_frames=max_frames, progress=progress)
    if on_analysis is not None:
        on_analysis(analysis)
    if not analysis.tracks:
        return Examination(analysis)
    analysis = choose_decisive(detector, analysis, media)
    media.check_unchanged()
    try:
        return Examination(analysis, explain(detector, analysis))
    except ExplainError as error:
        return Examination(analysis, error=error)
