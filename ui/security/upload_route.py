"""Upload route: each upload gets its own secret folder.

Gradio's route stores by content hash: two visitors with the same video would share one file, and the first to
leave would delete it for the other.
"""

from __future__ import annotations

from pathlib import Path

from gradio.route_utils import upload_fn
from gradio.routes import file_upload_statuses
from python_multipart.exceptions import ParseError
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.security import messages
from ui.session.disk import discard, is_full
from ui.session.own_files import RECEIVED, owner_in, secret_folder

_MAX_ID_CHARS = 64


def upload_route(path: str, root: Path, max_mb: int) -> Route:
    """Make the route that replaces Gradio's upload route.

    Args:
        path: of the route.
        root: folder of all visits.
        max_mb: largest file.
    """

    async def take(request: Request) -> Response:
        try:
            return await store(request)
        except OSError as error:
            if not is_full(error):
                raise
            return PlainTextResponse(messages.DISK_FULL, 507)

    async def store(request: Request) -> Response:
        number = request.query_params.get("upload_id", "")
        followed = file_upload_statuses if 0 < len(number) <= _MAX_ID_CHARS else None
        (root / RECEIVED).mkdir(mode=0o700, exist_ok=True)
        folder = secret_folder(root / RECEIVED, owner_in(request.cookies))
        kept = False
        try:
            paths, _, _ = await upload_fn(
                request, folder, max_mb * 1024 * 1024, number, force_move=True, upload_progress=followed
            )
            kept = len(paths) > 0
        except MultiPartException as error:
            if "size" in error.message:
                return PlainTextResponse(messages.TOO_LARGE.format(limit=max_mb), 413)
            return PlainTextResponse(messages.UNREADABLE, 400)
        except ClientDisconnect:
            return PlainTextResponse("", 400)  # the client is gone
        except (ParseError, UnicodeError, TypeError, AssertionError, AttributeError):
            return PlainTextResponse(messages.UNREADABLE, 400)
        finally:
            if not kept:  # Gradio may still have its files open
                discard(folder)
        return JSONResponse(paths)

    return Route(path, take, methods=["POST"])
