"""HTML helpers and localized components."""
