"""Records for programs: JSON:API 1.1 over the same functions as the screens.

Whoever comes has a token; what she may see and change is decided by the engine, for the rights that the token carries.
"""
