"""The instruction set: what the harness would ask, and the program that won, split by problem."""
