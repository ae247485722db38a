"""What the hand-over wizard and its course show: frozen data, decided here."""
