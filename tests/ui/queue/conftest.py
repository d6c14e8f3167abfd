from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from list_helpers import event, visitor
from upload_helpers import store_upload

from detector import Detector
from ui.check.upload_handlers import Handlers
from ui.queue.handlers import ListHandlers
from ui.session.own_files import RECEIVED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / RECEIVED).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def handlers(detector: Detector, root: Path) -> Handlers:
    return Handlers(detector, root)


@pytest.fixture
def lists(handlers: Handlers, root: Path) -> ListHandlers:
    return ListHandlers(handlers, root)


@pytest.fixture
def bring(lists: ListHandlers, root: Path, examples: Path) -> Callable[..., Any]:
    """Adds a file to a visitor's list, as the page does."""

    def add(name: str, content: bytes | None = None, who: Any = None, language: str = "en") -> Any:
        who = who or visitor()
        owner = who.cookies["deepfake_detector_visitor"]
        content = (examples / name).read_bytes() if content is None else content
        path = store_upload(root, content, name, owner)
        return lists.add(language, who, event(path=str(path), orig_name=name))

    return add
