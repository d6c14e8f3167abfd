"""A reload finds its own page again, and nobody else's."""

from __future__ import annotations

import pytest

from ui.session import tabs
from ui.session.tabs import Tabs

TICKET, OTHER = "a" * 32, "b" * 32


def test_a_reload_continues_the_page_of_its_own_tab_and_browser() -> None:
    known = Tabs()
    assert known.open("browser", TICKET, "first") is None
    assert known.knows("first")
    assert known.open("another browser", TICKET, "stranger") is None, "a ticket is worth nothing elsewhere"
    assert known.open("browser", OTHER, "new tab") is None
    assert known.open("browser", TICKET, "second") == "first"
    assert known.open("browser", TICKET, "third") == "second" and not known.knows("first")


@pytest.mark.parametrize("ticket", ["", "a" * 31, "A" * 32, "../" * 11, None, 5, ["a" * 32]])
def test_what_is_no_ticket_continues_nothing(ticket: object) -> None:
    known = Tabs()
    assert known.open("browser", ticket, "first") is None and not known.knows("first")
    assert known.open("browser", ticket, "second") is None


def test_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "_MOST", 3)
    known = Tabs()
    for number in range(5):
        known.open("browser", f"{number:032x}", str(number))
    assert [known.knows(str(number)) for number in range(5)] == [False, False, True, True, True]
