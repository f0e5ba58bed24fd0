"""Numbers to lines of text, without widgets."""
