"""What people look at: the calibration steps of many files as a matrix, as text, as HTML and as a figure."""
