"""Evidence files, content credentials and the custody log."""
