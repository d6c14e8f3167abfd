"""Build, export, verify and acknowledge report packages."""
