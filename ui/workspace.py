"""One private folder for everything a run of the page stores, wiped when the run ends."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path


def make_workspace() -> Path:
    """Make a fresh folder that only its owner can read, and make Gradio use it.

    Everything Gradio would otherwise leave in a folder that all its apps share goes there, uploads above all.
    Gradio's own requests to the internet are switched off as well. Both are read while Gradio is imported, so
    this comes first.

    Raises:
        RuntimeError: Gradio was imported before.
    """
    if "gradio" in sys.modules:
        raise RuntimeError("make_workspace comes before the first import of gradio, which reads what it sets")
    folder = Path(tempfile.mkdtemp(prefix="deepfake-detector-"))  # mode 0700
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    return folder
