"""Read content credentials: the C2PA manifest in a file.

Source:
    The C2PA technical specification, implemented by `c2pa-python`. Remote manifests and revocation lists are not
    fetched, so that nobody learns that the file was examined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.errors import ReportError
from reporting.text.printable import drop_unsafe
from reporting.types import ContentCredentials, CredentialState

GENERATIVE_SOURCES = {
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "trainedAlgorithmicData",
}
"""Last part of the IPTC and C2PA `digitalSourceType` URLs of generative models."""
_SETTINGS: dict[str, Any] = {
    "verify": {"verify_after_reading": True, "remote_manifest_fetch": False, "ocsp_fetch": False}
}
_STATES: dict[str | None, CredentialState] = {"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"}
_SHOWN_CHARACTERS = 200
_SHOWN_ACTIONS = 12
_DEEPEST = 40


def read_credentials(path: Path, mime: str) -> ContentCredentials:
    """Read and validate the manifest in a file, offline.

    Args:
        path: the file as received.
        mime: such as `image/jpeg`; the content takes precedence.

    Returns:
        State `absent` without a manifest; `unreadable` if it or the file format cannot be read; else whether it is
        intact. Claims are returned even if it is not. No trust list is shipped, so `trusted` does not occur.

    Raises:
        ReportError: the file cannot be opened.
    """
    import c2pa  # takes 0.1 s to import

    try:
        stream = path.open("rb")
    except OSError as error:
        raise ReportError(f"{path} cannot be opened ({error}): give the file that was judged") from error
    with stream:
        try:
            context = c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))
            with c2pa.Reader(mime, stream, context=context) as reader:
                manifests = json.loads(reader.json())
                state = _STATES.get(reader.get_validation_state(), "unreadable")
        except c2pa.C2paError.ManifestNotFound:
            return _without("absent", "No content credentials were found in the file.")
        except c2pa.C2paError.NotSupported:
            return _without("unreadable", "Content credentials cannot be looked for in this kind of file here.")
        except c2pa.C2paError as error:
            if str(error).startswith("Remote"):
                sentence = (
                    "The file points to content credentials on a server; they were not fetched, so that nobody "
                    "learns that the file was looked at."
                )
            else:
                sentence = "The file holds content credentials that are damaged and cannot be read."
            return _without("unreadable", sentence)
    return _describe(manifests, state)


def _without(state: CredentialState, sentence: str) -> ContentCredentials:
    return ContentCredentials(state=state, generator="", signer="", ai_claim=False, claims=(sentence,))


def _describe(store: dict[str, Any], state: CredentialState) -> ContentCredentials:
    """Describe a manifest store in sentences."""
    manifests: dict[str, Any] = store.get("manifests") or {}
    active: dict[str, Any] = manifests.get(store.get("active_manifest") or "") or {}
    generator = _generator(active)
    signature: dict[str, Any] = active.get("signature_info") or {}
    signer = _plain(signature.get("common_name") or signature.get("issuer"))
    sources = list(dict.fromkeys(_source_types(store.get("manifests"))))
    ai_claim = any(source in GENERATIVE_SOURCES for source in sources)

    claims = [_state_sentence(state)]
    if generator:
        claims.append(f"It names {generator} as the software that wrote it.")
    if signer:
        when = _plain(signature.get("time"))
        claims.append(f"It is signed in the name of {signer}{f', at {when}' if when else ''}.")
    if ai_claim:
        claims.append("It says that a generative model made or edited the content.")
    if sources:
        claims.append(f"It names as source: {', '.join(map(_plain, sources[:_SHOWN_ACTIONS]))}.")
    if actions := list(dict.fromkeys(_actions(active))):
        claims.append(f"It names these actions: {', '.join(actions[:_SHOWN_ACTIONS])}.")
    if failures := _failures(store):
        claims.append(f"Checks that failed: {', '.join(failures[:_SHOWN_ACTIONS])}.")
    return ContentCredentials(
        state=state, generator=generator, signer=signer, ai_claim=ai_claim, claims=tuple(claims)
    )


def _state_sentence(state: CredentialState) -> str:
    return {
        "valid": "The manifest fits the file and its signature is intact; whether its signer can be trusted is "
        "not known.",
        "trusted": "The manifest fits the file, and its signer is on the list of trusted signers.",
        "invalid": "The manifest does not fit the file or was changed: what it says cannot be relied on.",
    }.get(state, "The manifest could not be checked.")


def _generator(manifest: dict[str, Any]) -> str:
    for info in manifest.get("claim_generator_info") or ():
        if isinstance(info, dict) and info.get("name"):
            return _plain(f"{info['name']} {info.get('version') or ''}")
    return _plain(manifest.get("claim_generator"))


def _actions(manifest: dict[str, Any]) -> Iterator[str]:
    for assertion in manifest.get("assertions") or ():
        if isinstance(assertion, dict) and str(assertion.get("label")).startswith("c2pa.actions"):
            for action in (assertion.get("data") or {}).get("actions") or ():
                if isinstance(action, dict) and action.get("action"):
                    yield _plain(action["action"])


def _source_types(node: Any, depth: int = 0) -> Iterator[str]:
    """Yield the last part of every `digitalSourceType` in the manifests."""
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            if key.lower().endswith("digitalsourcetype") and isinstance(value, str):
                yield value.rstrip("/").rsplit("/", 1)[-1]
            else:
                yield from _source_types(value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _source_types(value, depth + 1)


def _failures(store: dict[str, Any]) -> list[str]:
    """List the codes of failed checks, except that the signer is untrusted."""
    codes = (
        _plain(status.get("code")) for status in store.get("validation_status") or () if isinstance(status, dict)
    )
    return [code for code in dict.fromkeys(codes) if code and code != "signingCredential.untrusted"]


def _plain(value: Any) -> str:
    """Return one printable line of text from the file."""
    text = "" if value is None else str(value)
    return " ".join(drop_unsafe(text[: 4 * _SHOWN_CHARACTERS]).split())[:_SHOWN_CHARACTERS]
