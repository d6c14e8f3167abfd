"""Many files of one visitor: a list that is checked one by one, shown as a table, compared and exported."""
