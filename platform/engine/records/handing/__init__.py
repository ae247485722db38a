"""Handing over: what one person owns becomes another's, and what she did stays hers.

A hand-over changes owners and nothing else, each record by the one way in which records are saved: who made it, what
its history says, and what is finished stay as they are. What the actor may not hand over is listed with the reason. All
of it can be given back once. Nothing here commits: `jobs.handing` does it in the background.
"""
