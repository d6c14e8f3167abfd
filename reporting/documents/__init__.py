"""PDF and HTML documents of a report package."""
