"""Who may do what, on pages: roles and who holds them, the groups of a record, and why somebody may do something."""
