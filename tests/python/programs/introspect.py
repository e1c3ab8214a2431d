"""Ask what an operation takes."""

import pyvips

for name in ("embed", "crop", "resize", "avg", "black", "find_trim", "insert"):
    about = pyvips.Introspect.get(name)
    print(name, "|", bool(about.description), "|", about.required_input, about.required_output, about.member_x, about.method_args)
    print("   ", sorted(about.optional_input), sorted(about.optional_output), about.flags & 8)
detail = pyvips.Introspect.get("embed").details["extend"]
print(sorted(detail), bool(detail["blurb"]), pyvips.GValue.gtype_to_python(detail["type"]))
try:
    pyvips.Introspect.get("nosuchthing")
except pyvips.Error as error:
    print(error.message)
print(hasattr(pyvips.Image, "black"), hasattr(pyvips.Image, "nosuchthing"), "embed" in pyvips.Image.embed.__doc__)
