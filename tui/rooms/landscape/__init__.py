"""The lie of the land: the loss over a plane that holds the paths of the runs."""
