"""What runs beside or around a generated program.

The modules here are started by path in an interpreter of their own (see `main`). They import the standard library,
numpy and each other, and nothing else of llamoco-bench: whatever they hold, a program can read.
"""
