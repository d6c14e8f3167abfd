"""From face scores to tracks, calibrated probabilities and a verdict."""
