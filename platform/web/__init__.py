"""What all faces share: the frame, templates, cells, widgets, sessions, protection against forgery, languages, files.

A request keeps one catalog and one actor from start to end, and a GET writes nothing.
Templates decide nothing; HTML, addresses and wording live here and in the faces, never in the engine.
There is no inline script and no inline style anywhere, so that the strict content security policy holds.
"""
