"""The addresses of the screens: each view reads, lets a view-model decide and prints; or writes once and leads on."""
