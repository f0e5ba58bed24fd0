"""Arrays: IDX, NumPy, MATLAB and HDF5."""
