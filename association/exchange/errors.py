"""What goes wrong with a file or a cell, as one Chinese sentence for the person who sent it."""


class UnreadableFile(Exception):
    """The file as a whole cannot be read; nothing of it was taken. `sentence` says why and what to do."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class CellProblem(ValueError):
    """One cell does not hold what its column asks for. `sentence` shows the value and says what to write instead."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class FormulaCell(str):
    """A formula that no program has worked out yet; its text is the formula. As "" it would be lost in silence."""

    __slots__ = ()


class ErrorCell(str):
    """An Excel error value (#N/A, #REF! …) in place of a value."""

    __slots__ = ()
