"""Texts with variables: which variables a module gives, whether a text is right, and the text filled from a record.

What is filled in is read with the rights of whoever writes: what she may not see stays empty.
"""
