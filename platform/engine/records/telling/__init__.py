"""What people are told: notices, in the transaction of what they tell of, and who follows which record.

A notice keeps facts, never sentences of a language. It is read by the rights of the one who reads it: what is about a
record that she may not view is not there, and of what changed it names the fields that she may see.
"""
