"""How values that are worked out stay true: what follows from one record, from others, and from nothing but itself."""
