"""Open image and video files and decode their frames."""
