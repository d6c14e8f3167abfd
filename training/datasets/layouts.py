"""Read data folders without a `labels.csv`: layouts of well-known data sets, and plain `real/` and `fake/`.

FaceForensics++: `original_sequences/`, `manipulated_sequences/`. Groups are the pairs of videos swapped with each
    other; the official lists are used if they lie in `splits/`.
Celeb-DF: `Celeb-real/`, `Celeb-synthesis/`, `YouTube-real/`. Groups are the first person of a video's name; what
    `List_of_testing_videos.txt` names is the split `test`.
DFDC: `metadata.json` in the folders of videos. Groups are the original videos.
Plain: `real/`, and `fake/` if there is any. Each file is a group; a folder above names the split, as in
    `train/real/`, `val/fake/`.

Otherwise the split is drawn from the group, see `drawn_split`. A swap shows two people: Celeb-DF fakes of one
split may show a face that is genuine in another; FaceForensics++ avoids that.
"""

from __future__ import annotations

import json
from pathlib import Path

from detector.media.formats import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from training.datasets.labels import Item, check_items, drawn_split, read_labels

_SUFFIXES = {*IMAGE_SUFFIXES, *VIDEO_SUFFIXES}


def find_items(folder: Path) -> list[Item]:
    """List the labelled files of a data folder.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: unknown layout, empty folder, or inconsistent labels.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder")
    if (folder / "labels.csv").is_file():
        return read_labels(folder)
    if (folder / "manipulated_sequences").is_dir() or (folder / "original_sequences").is_dir():
        items = _faceforensics(folder)
    elif (folder / "Celeb-real").is_dir():
        items = _celeb_df(folder)
    elif metadata := sorted(folder.rglob("metadata.json")):
        items = _dfdc(folder, metadata)
    else:
        items = _plain(folder)
    if not items:
        raise ValueError(
            f"{folder} has neither a labels.csv nor a layout that is known: FaceForensics++, Celeb-DF, DFDC, or "
            "folders named real and fake"
        )
    check_items(items)
    return items


def _media(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES)


def _item(file: str, source: str, manipulation: str, fake: bool, group: str, split: str | None = None) -> Item:
    """Return an item; `manipulation` is that of the fakes, without a split it is drawn from the group."""
    label, how = ("fake", manipulation) if fake else ("real", "none")
    split = split or drawn_split(group)
    return Item(file=file, label=label, source=source, manipulation=how, group=group, split=split)


def _faceforensics(folder: Path) -> list[Item]:
    official: dict[str, tuple[str, str]] = {}
    for split in ("train", "val", "test"):
        lists = folder / "splits" / f"{split}.json"
        for pair in json.loads(lists.read_text()) if lists.is_file() else []:
            official |= {video: ("_".join(sorted(pair)), split) for video in pair}
    files = _media(folder)
    for file in files:  # without the lists, take the pairs from the names of the fakes
        pair = file.stem.split("_")
        if "manipulated_sequences" in file.parts and len(pair) == 2:
            group = "_".join(sorted(pair))
            for video in pair:
                official.setdefault(video, (group, drawn_split(group)))
    items = []
    for file in files:
        place = file.relative_to(folder).parts
        if place[0] not in ("original_sequences", "manipulated_sequences") or len(place) < 4:
            continue
        video = file.stem.split("_")[0]
        group, split = official.get(video, (video, drawn_split(video)))
        if "__" in file.stem:  # DeepFakeDetection: 01_02__scene__code, target actor first
            group, split = f"actor {video}", drawn_split(f"actor {video}")
        fake = place[0] == "manipulated_sequences"
        name, source = file.relative_to(folder).as_posix(), f"FaceForensics++ ({place[2]})"
        items.append(_item(name, source, place[1], fake, group, split))
    return items


def _celeb_df(folder: Path) -> list[Item]:
    lists = folder / "List_of_testing_videos.txt"
    tested = {line.split()[-1] for line in lists.read_text().splitlines() if line} if lists.is_file() else set()
    items = []
    for file in _media(folder):
        name = file.relative_to(folder).as_posix()
        if file.parent.name not in ("Celeb-real", "Celeb-synthesis", "YouTube-real"):
            continue
        fake, split = file.parent.name == "Celeb-synthesis", "test" if name in tested else None
        person = file.stem.split("_")[0]
        # The official list splits people, so its files form a group of their own.
        group = f"tested {file.stem}" if split else f"{file.parent.name} {person}" if person.isdigit() else person
        items.append(_item(name, "Celeb-DF", "Celeb-DF swap", fake, group, split))
    return items


def _dfdc(folder: Path, metadata: list[Path]) -> list[Item]:
    items = []
    for lists in metadata:
        for name, facts in sorted(json.loads(lists.read_text()).items()):
            if not (lists.parent / name).is_file():
                continue
            fake = facts["label"].upper() == "FAKE"
            group = facts.get("original") or name
            file = (lists.parent / name).relative_to(folder).as_posix()
            items.append(_item(file, "DFDC", "swap or re-enactment", fake, group))
    return items


def _plain(folder: Path) -> list[Item]:
    items = []
    for file in _media(folder):
        *above, _ = file.relative_to(folder).parts
        label = next((part for part in above if part in ("real", "fake")), None)
        if label is None:
            continue
        name, named = file.relative_to(folder).as_posix(), above[0] if above[0] != label else None
        items.append(_item(name, folder.name, "unknown", label == "fake", name, named))
    return items
