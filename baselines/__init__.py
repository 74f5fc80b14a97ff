"""Who solves the problems: language models (``models``) and the pool of optimizers (``optimizers``)."""
