"""Automation: what workflows do by themselves when something happens, and the trace of every run.

Every trigger ends in `begin`, which writes a run in the transaction of what happened. A run does its steps one after
the other in jobs; what a step changes commits with its row of the trace and with where the run goes on, so it happens
once. What leaves the house happens at least once, under a key that stays the same.
"""

from hanok.engine.automation.beginning import begin, wake
from hanok.engine.automation.cause import Cause

__all__ = ["Cause", "begin", "wake"]
