"""The complaint: narrative, form fields, checks and where to turn."""
