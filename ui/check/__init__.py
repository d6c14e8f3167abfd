"""Handlers for uploads, videos, the camera and links."""
