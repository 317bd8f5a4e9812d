"""Training behind a gate. Empty of code until models are trained here."""
