"""Evaluate, calibrate and measure checkpoints."""
