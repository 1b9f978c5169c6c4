"""Model classes, one module a family of files. Generated; do not edit."""
