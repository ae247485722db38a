"""The logs of the trail as screens: what their addresses ask for, and the rows that they print."""
