"""What a model answers to prompts that it was not trained on, judged by labels and by the runs they rest on."""
