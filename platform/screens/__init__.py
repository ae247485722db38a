"""The generated screens: home, list, record, form, search.

They render any catalog they are given and know no module by name. A view-model (a frozen dataclass made by a pure
function from catalog, record and address) decides; the template prints. Every screen works without JavaScript; htmx
only swaps the parts. One page query a list; whatever else costs a statement is a fragment of its own.
"""
