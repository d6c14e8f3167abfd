"""Serve the web page.

Exit codes: 2 usage or settings, 3 checkpoint; stopped by a signal, 128 and its number: 130 by Ctrl+C, 143 by
SIGTERM.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from detector.config_flags import add_config_flags, config_from
from detector.errors import CheckpointError, ConfigError
from reporting.text.printable import printable

OK, USAGE, CHECKPOINT = 0, 2, 3


def main(argv: list[str] | None = None) -> int:
    """Serve the page until it is stopped. On a Hugging Face Space it needs no flags.

    Returns:
        The exit code. Wrong flags leave through argparse with code 2.
    """
    args = _parser().parse_args(argv)
    log = logging.StreamHandler()
    log.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[log])
    for number in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, number):
            signal.signal(getattr(signal, number), _stop)

    from ui.security import messages
    from ui.session.workspace import make_workspace

    make_workspace()
    _say("Loading the detector. This can take a minute.")
    from detector import Detector
    from detector.model.weights_download import ensure_weights
    from ui.security.access import exposed, exposed_as_space
    from ui.security.login import LEAST_CHARS, make_password

    with _no_proxies():
        from ui.page import build_page
        from ui.serve import launch

    space = exposed_as_space(os.environ)
    exposure = space or exposed(args.host, share=args.share, names=args.name)
    if args.password is not None and not exposure.password_wanted:
        _say(messages.PASSWORD_UNUSED)
        return USAGE
    if args.password is not None and len(args.password) < LEAST_CHARS:
        _say(messages.PASSWORD_SHORT.format(least=LEAST_CHARS))
        return USAGE
    weights_from = args.weights_from or (os.environ.get("WEIGHTS_FROM") if space else None)
    try:
        config = config_from(args)
        if weights_from:
            ensure_weights(args.checkpoint, config.checkpoint_folder, weights_from)
        detector = Detector.from_checkpoint(args.checkpoint, config)
    except CheckpointError as error:
        _say(f"checkpoint: {error}")
        return CHECKPOINT
    except ConfigError as error:
        _say(f"settings: {error}")
        return USAGE

    password = (args.password or make_password()) if exposure.password_wanted else None
    page = build_page(
        detector,
        shared=exposure.shared,
        api=args.api,
        links=exposure.links_fetched,
        processed_at=exposure.processed_at,
    )
    try:
        with _no_proxies():
            local_url, share_url = launch(
                page,
                exposure,
                port=args.port,
                share=args.share and not space,
                password=password,
                api=args.api,
                in_browser=not (args.no_browser or space),
            )
    except OSError as error:
        _say(f"the page could not be served: {error}")
        return USAGE
    print(f"The page is at {local_url}\nStop it with Ctrl+C.", flush=True)
    if space:
        print(messages.SPACE, flush=True)
    elif password is not None:
        print(
            messages.PASSWORD_GIVEN if args.password else messages.PASSWORD.format(password=password), flush=True
        )
    if exposure.any_address and not space:
        print(messages.UNENCRYPTED, flush=True)
    if share_url:
        print(
            f"Anyone who has this link can use the page until you stop it: {share_url}\n{messages.RELAY}",
            flush=True,
        )
    elif args.share and not space:
        _say(f"No public link could be made (is there an internet connection?). The page is at {local_url} only.")
    page.block_thread()
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py", description="A page that estimates whether faces in images and videos were manipulated."
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s); others can reach any but that of this computer itself",
    )
    parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 7860)")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="name under which the page is asked for behind a proxy of yours or in your network; may be repeated",
    )
    parser.add_argument(
        "--share", action="store_true", help="ask for a public link; what visitors add then passes gradio.live"
    )
    parser.add_argument(
        "--password", help="what visitors have to give where others can reach the page (default: one is made)"
    )
    parser.add_argument(
        "--no-api", dest="api", action="store_false", help="do not offer /analyze and /report to programs"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the page in a browser")
    parser.add_argument(
        "--weights-from",
        metavar="OWNER/NAME@COMMIT",
        help="repository of the Hugging Face Hub to download the weights from if they are missing here",
    )
    add_config_flags(parser)
    return parser


@contextmanager
def _no_proxies() -> Iterator[None]:
    """Ignore the proxies of environment and system meanwhile: Gradio is imported only if it knows their kind, and
    starts only if its own address answers through them."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    given = {name: value for name, value in os.environ.items() if name.lower() in names}
    for name in given:
        del os.environ[name]
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        del os.environ["no_proxy"]
        os.environ.update(given)


def _stop(number: int, frame: FrameType | None) -> None:
    """Delete the files of visitors and exit at once.

    A normal exit would abort the process if another thread runs native code.
    """
    from ui.session.workspace import wipe_workspace

    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    wipe_workspace()
    for tunnel in sys.modules["gradio.tunneling"].CURRENT_TUNNELS if "gradio.tunneling" in sys.modules else ():
        tunnel.kill()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, RuntimeError, ValueError):  # closed, or being written to at this moment
            stream.flush()
    os._exit(128 + number)


class _Formatter(logging.Formatter):
    """Format log records so that untrusted text cannot control the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record), keep_lines=True)


def _say(message: str) -> None:
    print(printable(message, keep_lines=True), file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
