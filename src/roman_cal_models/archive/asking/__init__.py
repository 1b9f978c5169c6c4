"""Questions to a catalogue.

By level, each knowing only those before it:

- ``conditions``: what a user asks, as text -> a condition;
- ``condition_sql``: a condition -> an expression of SQLAlchemy;
- ``regions``: which images touch a circle on the sky;
- ``query``: a catalogue that is asked;
- ``found``: the table of what was found;
- ``finding``: what a catalogue has -> such a table.
"""
