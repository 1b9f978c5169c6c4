"""Node classes, one module a family. Generated; do not edit."""
