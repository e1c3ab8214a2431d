"""Morphology: rank and morph."""

from .harness import Case, Matrix, Picture, across

DENSE = ((33, 17), (7, 5), (131, 9), (5, 39))
MASKS = (
    Matrix(((255, 255, 255),) * 3),
    Matrix(((128, 255, 128), (255, 255, 255), (128, 255, 128))),
    Matrix(((0, 255, 0), (255, 255, 255), (0, 255, 0))),
    Matrix(((255,) * 5,)),
)


def ranked():
    for width, height, index in ((3, 3, 4), (1, 5, 0), (5, 1, 4), (5, 5, 12), (2, 3, 1)):
        yield from across("rank", width, height, index, sizes=DENSE)
    yield Case("rank", (Picture(bands=3), 3, 3, 9))


def morphed():
    for mask in MASKS:
        for operation in ("erode", "dilate"):
            yield from across("morph", mask, operation, sizes=DENSE, formats=("uchar",))
    yield Case("morph", (Picture("float", 1, 20, 20), MASKS[0], "erode"))


CASES = {"rank": ranked, "morph": morphed}
