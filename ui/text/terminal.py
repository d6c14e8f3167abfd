"""What `app.py` says in the terminal, to whoever runs the page: English only."""

from __future__ import annotations

LOADING = "Loading the detector. This can take a minute."
SERVING = "The page is at {url}\nStop it with Ctrl+C."
SERVING_SHARED = "Anyone who has this link can use the page until you stop it: {url}"
NO_SHARE_LINK = "No public link could be made (is there an internet connection?). The page is at {url} only."
