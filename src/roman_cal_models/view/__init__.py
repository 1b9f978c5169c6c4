"""What people look at, made of many files or of the schemas.

This room is responsible for tables, pages and figures: the calibration steps of many files as a matrix (``steps``,
``steps_page``, ``steps_figure``, with the looks of ``statuses``, in the order of ``step_order``), pages that are files
of their own (``document``; of one file: ``info_page``; of many: ``report``; what they tell of a file: ``details``),
what the schemas say of a family (``families``), and the values of a header line by line (``listing``). ``cli`` and
users call it; it calls ``models``, ``header``, ``archive`` and what is below, and changes nothing.
"""
