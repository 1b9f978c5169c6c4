"""What people look at: the calibration steps of many files as a matrix."""
