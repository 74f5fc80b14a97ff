"""The HTML report: one file that opens from disk, needs no network and runs nothing that a model wrote."""
