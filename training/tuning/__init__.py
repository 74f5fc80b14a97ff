"""Two-phase tuning: contrastive warm-up, then instruction tuning.

transformers, peft and accelerate carry it. Only what the LLaMoCo paper (arXiv 2403.01131) adds is written here: the
loss of phase 1, the balanced sampling of equation 5, and the homogeneous batches.
"""
