"""ONNX: a graph read into a description of its layers."""
