"""Detect faces, follow them through a video and crop them."""
