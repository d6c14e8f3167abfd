"""What may reach Gradio: access, limits, login and uploads."""
