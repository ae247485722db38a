"""Incoming mail: mailboxes are polled, and each letter becomes the record of a mail once, however often it is fetched.

What is written to us is never trusted: sizes are bounded, HTML is cleaned, files are taken in as uploads are. What a
machine wrote is kept and begins nothing.
"""
