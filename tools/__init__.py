"""What the project is built with; none of it is shipped."""
