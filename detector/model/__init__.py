"""Checkpoints and the classifier that scores face crops."""
