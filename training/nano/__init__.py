"""`nano`: a decoder of one or two million parameters, trained from random weights by the pipeline of this package."""
