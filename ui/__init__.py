"""The web page: an analysis in, components out. Results are worded in `reporting.text.results`, never here."""
