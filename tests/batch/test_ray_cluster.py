"""On a local Ray cluster: the rows of a plain run, whatever actor, machine or file fails meanwhile."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import batch_workers
import numpy as np
import pytest
from PIL import Image

from batch import ray_cluster
from batch.local import analyze_locally
from batch.ray_cluster import analyze_on_ray
from batch.rows import FileResult, make_job
from detector.config import CHECKPOINTS, DetectorConfig
from detector.errors import CheckpointError
from detector.model.checkpoint import load_card

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.filterwarnings("default"),  # Ray's own
]
JOB = make_job(
    DetectorConfig(device="cpu", precision="fp32"), "default", load_card("default", CHECKPOINTS).weights_id
)
COUNT = 24


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two nodes of this machine, on loopback, one core each; their processes import what the tests do."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="warning")
    assert len(ray.nodes()) == 2
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> list[str]:
    folder = tmp_path_factory.mktemp("collection")
    with Image.open(examples / "manipulated.jpg") as opened:
        image = np.asarray(opened.resize((256, 256)))
    for number in range(COUNT - 1):
        Image.fromarray(np.roll(image, number, axis=1)).save(folder / f"{number:02}.jpg")
    (folder / "text.jpg").write_text("not an image\n" * 20)
    return sorted(map(str, folder.iterdir()))


def rows(results: Iterable[FileResult]) -> list[dict[str, Any]]:
    """Rows of files and tracks by path, without the times they took."""
    found = [row for result in results for row in (result.row, *result.tracks)]
    for row in found:
        row["file"] = row["file"].removeprefix("file://")
        row.pop("elapsed_s", None)
    return sorted(found, key=lambda row: (row["file"], "track_id" in row))


def actors() -> list[int]:
    """Processes of this machine that hold a detector for Ray Data."""
    titles = {int(file.parent.name): file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline")}
    return [pid for pid, title in titles.items() if title.startswith(b"ray::") and b"MapWorker" in title]


def test_a_cluster_gives_the_rows_of_a_plain_run_also_when_an_actor_is_killed(
    cluster: Any, files: list[str]
) -> None:
    plain = rows(analyze_locally(files, JOB, 2))
    with closing(analyze_on_ray([f"file://{file}" for file in files[:2]] + files[2:], JOB, "auto")) as results:
        found = [next(results)]
        before = set(actors())
        os.kill(min(before), signal.SIGKILL)
        after: set[int] = set()
        for result in results:
            found.append(result)
            after |= set(actors())
    assert after - before, "it was killed while there was work left, and another took its place"
    found_rows = rows(found)
    assert len([row for row in found_rows if "size_bytes" in row]) == COUNT
    for one, other in zip(found_rows, plain, strict=True):
        assert one == other


def test_a_machine_that_is_lost_loses_and_doubles_nothing(cluster: Any, files: list[str]) -> None:
    with closing(analyze_on_ray(files, JOB, "auto")) as results:
        found = [next(results)]
        cluster.remove_node(cluster.worker_nodes.copy().pop(), allow_graceful=False)
        found += results
    assert sorted(result.row["file"] for result in found) == files
    assert [result.row["error_type"] for result in found].count(None) == COUNT - 1


def test_a_file_that_ends_each_of_its_actors_gets_a_row_and_costs_no_other_file(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_cluster, "Analyzer", batch_workers.EndsItsActor)
    files = [f"{number}" for number in range(9)] + ["deadly"]
    found = {result.row["file"]: result.row["error_type"] for result in analyze_on_ray(files, JOB, "auto")}
    assert found == dict.fromkeys(files[:-1], "MediaNotFoundError") | {"deadly": "WorkerDiedError"}


def test_other_weights_on_a_machine_of_the_cluster_are_refused(cluster: Any, files: list[str]) -> None:
    with pytest.raises(CheckpointError, match="another one"):
        list(analyze_on_ray(files[:2], replace(JOB, checkpoint_sha256="0" * 64), "auto"))
