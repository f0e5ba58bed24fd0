"""Preparing pixels: values, layout, ink."""
