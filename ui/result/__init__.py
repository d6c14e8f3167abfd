"""The result: status panel, faces, timeline."""
