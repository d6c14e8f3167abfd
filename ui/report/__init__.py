"""The report: case form, referral steps, filing."""
