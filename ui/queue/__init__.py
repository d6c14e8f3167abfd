"""A visitor's list of files: checked one by one, shown as a table, compared and exported."""
