"""Workflows and their runs as people read them: conditions, triggers and steps in words, what a run did and why."""
