"""Continue a page after a reload, by a random ticket in the tab's storage."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict

_TICKET = re.compile(r"[0-9a-f]{32}")
_MOST = 10_000


class Tabs:
    """The newest page of each tab. Thread-safe."""

    SCRIPT = """() => {
        // A reload keeps its ticket; a new tab, or the same one opened anew, is a new page with nothing on it.
        try {
            const way = performance.getEntriesByType('navigation')[0]?.type;
            const kept = sessionStorage.getItem('dd-tab');
            if (kept && (way === 'reload' || way === 'back_forward')) return kept;
            const bytes = crypto.getRandomValues(new Uint8Array(16));
            const made = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
            sessionStorage.setItem('dd-tab', made);
            return made;
        } catch {
            return '';
        }
    }"""
    """JavaScript function that returns the ticket."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, owner: str, ticket: object, page: str) -> str | None:
        """Register a page opened in a tab.

        Args:
            owner: the browser, from `owner_of`; tickets are valid in it only.
            ticket: from the page.
            page: from `session_of`.

        Returns:
            The previous page, which it continues.
        """
        if not isinstance(ticket, str) or not _TICKET.fullmatch(ticket):
            return None
        with self._lock:
            before = self._pages.pop((owner, ticket), None)
            self._pages[owner, ticket] = page
            if len(self._pages) > _MOST:
                self._pages.popitem(last=False)
        return before if before != page else None

    def knows(self, page: str) -> bool:
        """Return whether a reload could continue this page."""
        with self._lock:
            return page in self._pages.values()
