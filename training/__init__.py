"""Making weights: find faces, fit, evaluate, calibrate, export. `python -m training --help` tells the rest."""
