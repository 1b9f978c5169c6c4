"""The header of an ASDF file: the YAML before its first binary block, read without asdf."""
