"""Export weights and write the model card."""
