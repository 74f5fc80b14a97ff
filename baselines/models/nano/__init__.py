"""`nano`: a decoder small enough to ship, run by numpy alone.

`weights` reads a checkpoint in the format of transformers, `tokens` its tokenizer; `network` computes, and `adapter`
answers.
"""
