"""A Hugging Face Space, as far as one can be built here: its settings, and `app.py` in its surroundings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from gradio_client import Client, handle_file
from words_helper import WORDS

from detector.errors import CheckpointIntegrityError, CheckpointNotFoundError, ConfigError
from detector.model.checkpoint import load_card
from detector.model.weights_download import ensure_weights
from ui.security import messages
from ui.security.access import exposed_as_space

ROOT = Path(__file__).resolve().parents[3]
HOST = "someone-faces.hf.space"
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.fixture(scope="module")
def front() -> dict[str, Any]:
    (_, front, _) = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    settings: dict[str, Any] = yaml.safe_load(front)
    return settings


def test_its_settings_are_complete_and_hold(front: dict[str, Any]) -> None:
    assert front["sdk"] == "docker" and f"EXPOSE {front['app_port']}" in (ROOT / "Dockerfile").read_text()
    assert {front["colorFrom"], front["colorTo"]} <= COLOURS
    assert front["title"] and front["emoji"] and front["license"] == "apache-2.0"
    assert len(front["short_description"]) <= 60


def test_a_card_is_there_for_the_weights_it_may_have_to_fetch() -> None:
    assert (ROOT / "checkpoints" / "default" / "card.json").is_file()


def test_only_a_space_is_taken_for_one() -> None:
    assert exposed_as_space({}) is None and exposed_as_space({"SPACE_HOST": HOST}) is None
    space = exposed_as_space({"SPACE_ID": "someone/faces", "SPACE_HOST": f"{HOST},faces.example"})
    assert space is not None and space.shared and not space.password_wanted and not space.links_fetched
    assert space.allows(HOST) and space.allows("faces.example") and not space.allows("evil.example")


@pytest.fixture(scope="module")
def space(start_server: Callable[..., Any]) -> Any:
    surroundings = {"SYSTEM": "spaces", "SPACE_ID": "someone/faces", "SPACE_HOST": HOST}
    return start_server(env=surroundings | {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SHARE": "true"})


def test_it_serves_everyone_under_its_own_name_only(space: Any) -> None:
    headers = {"x-forwarded-proto": "https", "x-forwarded-for": "93.184.216.34"}
    page = httpx.get(space.url, headers=headers | {"host": HOST})
    assert page.status_code == 200 and WORDS.TITLE in page.text
    assert f"https://{HOST}" in page.text and "amazonaws" not in page.text
    assert "https://huggingface.co" in page.headers["content-security-policy"]
    assert httpx.get(space.url, headers=headers | {"host": "evil.example"}).status_code == 421
    origin = {"host": HOST, "origin": "https://huggingface.co"}
    assert httpx.post(f"{space.url}gradio_api/queue/join", headers=headers | origin, json={}).status_code == 403
    said = space.said.read_text()
    assert messages.SPACE in said and "Password" not in said


def test_programs_can_use_it(space: Any, examples: Path, tmp_path: Path) -> None:
    client = Client(space.url, verbose=False, download_files=tmp_path, headers={"host": HOST})
    answer = client.predict(handle_file(examples / "genuine.jpg"), api_name="/analyze")
    client.close()
    assert answer["verdict"]["outcome"] in {"fake", "real", "inconclusive"}


def test_it_asks_nobody_outside(space: Any) -> None:
    local = ("127.0.0.1", "localhost", "0.0.0.0", "'127.0.0.1'", "('127.0.0.1',", "('0.0.0.0',")
    assert [call for call in space.calls.read_text().splitlines() if not call.startswith(local)] == []


@pytest.fixture
def without_weights(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoints" / "default"
    folder.mkdir(parents=True)
    (folder / "card.json").write_bytes((ROOT / "checkpoints" / "default" / "card.json").read_bytes())
    return folder.parent


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Path]:
    """The hub's files by repository and revision, in place of its client's way to them."""
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    files: dict[str, Path] = {}

    def download(repository: str, name: str, *, revision: str) -> str:
        try:
            return str(files[f"{repository}@{revision}/{name}"])
        except KeyError:
            raise LocalEntryNotFoundError("offline") from None

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return files


SOURCE = "someone/weights@" + "a1" * 20


def test_missing_weights_come_from_the_pinned_revision(without_weights: Path, hub: dict[str, Path]) -> None:
    shipped = ROOT / "checkpoints" / "default"
    names = set(load_card("default", without_weights).files)
    assert names == {file.name for file in shipped.glob("*.safetensors")} != set()
    for name in names:
        hub[f"{SOURCE}/{name}"] = shipped / name
    ensure_weights("default", without_weights, SOURCE)
    for name in names:
        assert (without_weights / "default" / name).read_bytes() == (shipped / name).read_bytes()
    hub.clear()
    ensure_weights("default", without_weights, SOURCE)  # what is there is not asked for again


def test_other_bytes_than_the_cards_are_refused(
    without_weights: Path, hub: dict[str, Path], tmp_path: Path
) -> None:
    hub[f"{SOURCE}/weights.safetensors"] = tmp_path / "other"
    (tmp_path / "other").write_bytes(b"x")
    with pytest.raises(CheckpointIntegrityError, match="SHA-256"):
        ensure_weights("default", without_weights, SOURCE)
    assert [path.name for path in (without_weights / "default").iterdir()] == ["card.json"]


def test_no_connection_is_said(without_weights: Path, hub: dict[str, Path]) -> None:
    with pytest.raises(CheckpointNotFoundError, match="Check the connection"):
        ensure_weights("default", without_weights, SOURCE)


@pytest.mark.parametrize(
    "source", ["someone/weights", "someone/weights@main", "weights@" + "a" * 40, "a/b@" + "A" * 40]
)
def test_a_source_that_may_change_tomorrow_is_refused(without_weights: Path, source: str) -> None:
    with pytest.raises(ConfigError, match="OWNER/NAME@COMMIT"):
        ensure_weights("default", without_weights, source)
