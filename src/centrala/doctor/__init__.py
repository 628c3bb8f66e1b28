"""What may be wrong between this hub and Azure: rules, each with its cause in plain words and its fix."""
