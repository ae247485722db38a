"""The inputs that field types name, by subject: one file and one tuple each.

An input is a template `widgets/<name>.html`, how a value is written into it and how it is read back.
"""

from hanok.web.controls import Input
from hanok.web.inputs.basic import BASIC
from hanok.web.inputs.composite import COMPOSITE
from hanok.web.inputs.files import FILES
from hanok.web.inputs.marks import MARKS
from hanok.web.inputs.rows import ROWS
from hanok.web.inputs.times import TIMES

#: Every input there is: a new subject is a new file and one more tuple here.
BUILT_IN: tuple[Input, ...] = (*BASIC, *MARKS, *FILES, *COMPOSITE, *TIMES, *ROWS)

__all__ = ["BUILT_IN"]
