"""Per-instance algorithm selection: which program to take on a problem, learned from the runs behind the labels.

A label names the best program of a problem, often by a hair; a model that learns to guess it takes wild risks on
others. The selector learns what each program scores, and takes the one that promises most. `nano` is taught its
choices, which exist for problems without a label too.
"""
