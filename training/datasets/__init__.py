"""Labelled files, face index, training pairs and augmentation."""
