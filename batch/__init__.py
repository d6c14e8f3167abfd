"""Analyse collections of files: find them, spread them over processes or machines, write tables, resume."""
