"""Random chains of operations: what no table of single calls can show.

Fused runs, tables for 8-bit chains, shared inputs, windows upon windows, pixels held for a
turn: all must give what the reference gives. A pipeline is data, made from its number, so
that a failing one can be run again: `--op pipelines --show 1` prints its steps.
"""

import random
from dataclasses import dataclass

from .harness import REALS, SIZES, Matrix, Picture, Raised, Tolerance, plain

COUNT = 1200
SHARPEN = Matrix(((-1, -1, -1), (-1, 16, -1), (-1, -1, -1)), 8)
# After these a sample may be one level off (resample.md §2), so steps that turn one level
# into many do not follow.
ROUNDED = {"reduce", "resize"}
AMPLIFYING = {"relational_const", "ifthenelse", "boolean_const", "divide"}
NEAR = Tolerance(levels=3, relative=1e-4, absolute=3, rare=0.02, rare_levels=48)
SAME = Tolerance(relative=1e-5, absolute=1e-4)

# name: how to draw the arguments, given the random numbers.
STEPS = {
    "add": lambda r: ["twin"],
    "subtract": lambda r: ["twin"],
    "multiply": lambda r: ["twin"],
    "divide": lambda r: ["mirrored"],
    "linear": lambda r: [r.choice((1.5, -1, 0.25, [1, 2, 3])), r.choice((0, 10, -20.5))],
    "invert": lambda r: [],
    "abs": lambda r: [],
    "cast": lambda r: [r.choice(("uchar", "short", "ushort", "float", "int"))],
    "boolean_const": lambda r: [r.choice(("and", "or", "eor")), r.choice((12, 170))],
    "relational_const": lambda r: [r.choice(("more", "lesseq")), 100],
    "ifthenelse": lambda r: ["mirrored", "inverted"],
    "bandjoin": lambda r: ["list"],
    "bandjoin_const": lambda r: [[7]],
    "extract_band": lambda r: [0],
    "flip": lambda r: [r.choice(("horizontal", "vertical"))],
    "rot": lambda r: [r.choice(("d90", "d180", "d270"))],
    "crop": lambda r: [1, 0, "less width", "less height"],
    "embed": lambda r: [2, 1, "more width", "more height", {"extend": r.choice(("black", "copy", "mirror", "repeat", "white"))}],
    "insert": lambda r: ["mirrored", 3, -2, {"expand": r.choice((True, False))}],
    "join": lambda r: ["mirrored", r.choice(("horizontal", "vertical")), {"expand": True, "shim": 2}],
    "arrayjoin": lambda r: ["list", {"across": 1, "shim": 1}],
    "shrinkh": lambda r: [2, {"ceil": True}],
    "shrinkv": lambda r: [3, {"ceil": True}],
    "reduce": lambda r: [1.3, 1.7],
    "resize": lambda r: [r.choice((0.6, 1.4))],
    "conv": lambda r: [SHARPEN, {"precision": "integer"}],
    "gaussblur": lambda r: [1.2],
    "tilecache": lambda r: [{"tile_width": 9, "tile_height": 5}],
    "linecache": lambda r: [],
    "copy": lambda r: [{"xoffset": 3}],
    "flatten": lambda r: [{"background": [40]}],
    "premultiply": lambda r: [],
}
# Steps that grow an image are allowed only so often.
GROWING = {"bandjoin", "bandjoin_const", "insert", "join", "arrayjoin", "embed", "multiply", "linear"}


@dataclass(frozen=True)
class Pipeline:
    """A picture and the steps that are done to it."""

    number: int
    picture: Picture
    steps: tuple
    tolerance: Tolerance
    operation: str = "pipelines"

    @property
    def arguments(self):
        return (self.picture,)

    @property
    def needs(self):
        """The operations that must be there."""
        return {name for name, _ in self.steps} | {"flip", "invert"}

    def call(self, library):
        """As `Case.call`; nothing is evaluated before the end."""
        try:
            image = self.picture.make(library)
            for name, arguments in self.steps:
                image = step(library, image, name, arguments)
            return plain(image, library)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A panic derives from BaseException.
            return Raised(type(error).__name__, str(error))

    def __str__(self):
        steps = [f"{name}({', '.join(map(str, arguments))})" for name, arguments in self.steps]
        return f"pipeline {self.number}: {self.picture} " + " ".join(steps)


def step(library, image, name, arguments):
    """One call; words stand for what is made of the image."""
    words = {
        "twin": lambda: image,
        "mirrored": lambda: image.flip("horizontal"),
        "inverted": lambda: image.invert(),
        "list": lambda: [image, image.flip("vertical")],
        "less width": lambda: max(1, image.width - 3),
        "less height": lambda: max(1, image.height - 1),
        "more width": lambda: image.width + 5,
        "more height": lambda: image.height + 4,
    }
    options = arguments[-1] if arguments and isinstance(arguments[-1], dict) else {}
    given = arguments[:-1] if options else arguments
    made = [words[item]() if isinstance(item, str) and item in words else item for item in given]
    made = [item.make(library) if isinstance(item, Matrix) else item for item in made]
    inputs = made if made and isinstance(made[0], list) and name in ("bandjoin", "arrayjoin") else [image, *made]
    return library.Operation.call(name, *inputs, **options)


def pipelines():
    """`COUNT` pipelines of two to seven steps."""
    for number in range(COUNT):
        numbers = random.Random(number)
        width, height = numbers.choice((*SIZES, (150, 140)))
        picture = Picture(numbers.choice(("uchar", "uchar", *REALS)), numbers.randint(1, 5), width, height, "byte", number)
        steps = tuple(chosen(numbers))
        rounded = any(name in ROUNDED for name, _ in steps)
        yield Pipeline(number, picture, steps, NEAR if rounded else SAME)


def chosen(numbers):
    """Steps that do not blow up: in size, in value, or in a level's difference."""
    growth, rounded = 0, False
    for _ in range(numbers.randint(2, 7)):
        name = numbers.choice(sorted(STEPS))
        growth += name in GROWING
        if (growth > 3 and name in GROWING) or (rounded and name in AMPLIFYING):
            continue
        rounded |= name in ROUNDED
        yield name, STEPS[name](numbers)
