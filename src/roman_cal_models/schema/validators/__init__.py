"""Schemas compiled into fast checks.

Responsible for what JSON Schema draft 4 and asdf's keywords ask of a value: `compiler` makes checks of schemas, by one
function a keyword (`keywords`, `objects`, `combiners`, `asdf_keywords`); `tree` holds tagged values against the schemas
of their tags; `core` is what all of them are made of. Called by the registry of schemas, and by others through
`compile_schema` and the records of properties and objects. Knows of the rest of the room only where references lead
(`resolver`) and what asdf sees of a value (`values`, `bounds`).
"""
