"""What can be chosen: hyperparameter fields, recipes, settings, app options."""
