"""Train weights: find faces, fit, export, evaluate, calibrate. See `python -m training --help`."""
