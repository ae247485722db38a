"""The kinds of steps that workflows have, one file each."""
