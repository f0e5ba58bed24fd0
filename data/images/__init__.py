"""Pixels made ready: values, layout, ink."""
