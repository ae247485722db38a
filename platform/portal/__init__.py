"""The portal: what strangers and other systems reach. Whoever comes here is nobody, logged in or not.

What comes in is taken as the system, with the fields that a workflow lists and no others; it is answered with what was
wrong with it, and never with a record.
"""
