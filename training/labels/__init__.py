"""Labels: for each problem the optimizer and configuration of the pool that solves it best.

A label is found by `race` (configurations that cannot win are dropped seed by seed) or by `full` (all of them on all
seeds). Every run is journalled; nothing is run twice.
"""
