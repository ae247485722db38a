"""The shipped CRM: YAML only."""
