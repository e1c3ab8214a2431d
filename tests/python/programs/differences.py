"""Where the programs may print or draw something else under windlass, and why. The only such list."""

# Programs that pyvips 3.2 fails, or answers wrongly without a word: name -> (why ours is right, what ours prints).
BETTER = {
    "custom_raising": (
        "an exception raised in a handler is the cause of the error that the caller gets, and its text is told",
        "True OSError\nTrue RuntimeError\n",
    ),
    "page_http": ("a read handler may return more than was asked for; the surplus is kept", "640 480 True\n"),
    "page_http_raising": ("a read that fails is an error with its own text, never grey pixels", "True\n"),
    "page_memory_suffix": ("a bare suffix in place of options is accepted", ".png 640 480\n.jpg 640 480\n"),
    "page_database_thread": ("handlers run on the thread that started the evaluation", "True\n"),
}

# Pictures that need not be equal to the last bit: name -> (mean, greatest difference in levels, why).
PIXELS = {
    "autorotate": (1, 24, "decoded from JPEG: another decoder may round otherwise"),
    "cmyk": (2, 24, "decoded from JPEG, then colour management"),
    "colour_spaces": (0.1, 1, "float32 transcendentals may step over a rounding border"),
    "icc_profiles": (0.5, 4, "the tolerance of the colour specification: 1 level RGB, 2 levels CMYK, on top of each other"),
    "jpeg_options": (1.5, 48, "encoded and decoded by another JPEG codec"),
    "string_options": (1, 24, "encoded by another JPEG codec"),
    "thumbnail_buffer": (1, 24, "decoded from JPEG"),
    "thumbnail_file": (1, 24, "decoded from JPEG"),
    "thumbnail_profiles": (0.5, 3, "colour management in linear light"),
}

# Every .jpg that a program writes is compared decoded.
JPEG_FILES = (1.5, 48)
