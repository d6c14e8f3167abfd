"""The web page: reads flags, loads the detector, serves.

Exit codes: 0 stopped, 2 usage or settings, 3 checkpoint.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from types import FrameType

from detector.errors import CheckpointError, ConfigError
from detector.flags import add_config_flags, config_from

OK, USAGE, CHECKPOINT = 0, 2, 3
_THIS_COMPUTER = ("127.0.0.1", "localhost", "::1")


def main(argv: list[str] | None = None) -> int:
    """Serve the page until it is stopped.

    Returns:
        The exit code. Wrong flags leave through argparse with code 2.
    """
    args = _parser().parse_args(argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _stop)

    from ui.text import terminal
    from ui.workspace import make_workspace

    make_workspace()
    _say(terminal.LOADING)
    from detector import Detector
    from ui.page import build_page
    from ui.serve import launch

    try:
        detector = Detector.from_checkpoint(args.checkpoint, config_from(args))
    except CheckpointError as error:
        _say(f"checkpoint: {error}")
        return CHECKPOINT
    except ConfigError as error:
        _say(f"settings: {error}")
        return USAGE

    page = build_page(detector, shared=args.share or args.host not in _THIS_COMPUTER)
    try:
        local_url, share_url = launch(
            page, host=args.host, port=args.port, share=args.share, in_browser=not args.no_browser
        )
    except OSError as error:
        _say(f"the page could not be served: {error}")
        return USAGE
    print(terminal.SERVING.format(url=local_url), flush=True)
    if share_url:
        print(terminal.SERVING_SHARED.format(url=share_url), flush=True)
    elif args.share:
        _say(terminal.NO_SHARE_LINK.format(url=local_url))
    page.block_thread()
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py", description="A page that estimates whether faces in pictures and clips were manipulated."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 7860)")
    parser.add_argument(
        "--share", action="store_true", help="ask for a public link; what visitors add then passes gradio.live"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the page in a browser")
    add_config_flags(parser)
    return parser


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave by way of an exception, so that the private folder is wiped."""
    raise SystemExit(128 + number)


def _say(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
