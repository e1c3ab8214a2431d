"""Loading and saving by content and by suffix."""

import os

from windlass._windlass import address_hint, call, call_class, find_load, find_save, name_parts, operation_names, split_options
from windlass.error import Error
from windlass.vsource import Source
from windlass.vtarget import Target


_SUFFIX = "a format is told by a suffix such as .jpg or .png, of those that get_suffixes() lists"


def _name(filename, instead):
    """A file name as text."""
    try:
        return os.fsdecode(filename)
    except TypeError as error:
        raise TypeError(f"{error}; {instead}") from None


def _with_options(kwargs, options):
    """Keyword arguments, which come after options written as text."""
    return {"string_options": options, **kwargs} if options else kwargs


def _option_text(options):
    """The options of a text that may begin with a suffix, which says nothing: the content decides."""
    if isinstance(options, bytes):
        options = options.decode()
    if "[" in options:
        return split_options(options)[1]
    return "" if options.startswith(".") else options


def load_file(filename, kwargs):
    """The image of a file, or at an address."""
    name, options = split_options(_name(filename, "sources and open files are for new_from_source"))
    is_address, _, shown = name_parts(name)
    message = f"unable to load from file {os.fsencode(shown)!r}"
    if not is_address and not os.path.exists(name):
        raise _not_found(message, f'VipsForeignLoad: file "{shown}" does not exist{address_hint(name)}')
    if not is_address and os.path.isdir(name):
        raise Error(message, f'VipsForeignLoad: "{name}" is a directory')
    source = Source("file", name)
    loader = find_load(source)
    if loader is None:
        raise Error(message, f'VipsForeignLoad: "{shown}" is not a known file format')
    if is_address:
        # the connection that was just made serves on
        return call_class(f"{loader}_source", source, **_with_options(kwargs, options))
    return call_class(loader, name, **_with_options(kwargs, options))


def _not_found(message, detail):
    error = Error(message, detail)
    error.kind = "NotFound"
    return error


def load_buffer(data, options, kwargs):
    """The image of a file in memory."""
    loader = find_load(Source("memory", data))
    if loader is None or f"{loader}_buffer" not in operation_names():
        raise Error("unable to load from buffer", "VipsForeignLoad: buffer is not in a known format")
    return call_class(f"{loader}_buffer", data, **_with_options(kwargs, _option_text(options)))


def load_source(source, options, kwargs):
    """The image that a source gives, or whatever else gives bytes."""
    source = _source_of(source)
    loader = find_load(source)
    if loader is None:
        nothing = "" if source.stats().bytes else ": it gave no bytes"
        raise Error("unable to load from source", f"VipsForeignLoad: source is not in a known format{nothing}")
    return call_class(f"{loader}_source", source, **_with_options(kwargs, _option_text(options)))


async def load_source_async(source, options, kwargs):
    """The image that a source gives, read on a thread of its own."""
    from windlass._async import run

    return await run(load_source, _source_of(source), options, kwargs)


async def thumbnail_source_async(source, width, kwargs):
    """The thumbnail of what a source gives, made on a thread of its own."""
    from windlass._async import run

    return await run(call, "thumbnail_source", _source_of(source), width, **kwargs)


async def save_target_async(image, target, suffix, kwargs):
    """Write to a target, on a thread of its own."""
    from windlass._async import run

    await run(save_target, image, _target_of(target), suffix, kwargs)


def _source_of(source):
    if isinstance(source, Source):
        return source
    from windlass._adapt import source_of

    return source_of(source)


def _target_of(target):
    if isinstance(target, Target):
        return target
    from windlass._adapt import target_of

    return target_of(target)


def save_file(image, filename, kwargs):
    """Write to a file."""
    name, options = split_options(_name(filename, "targets and open files are for write_to_target"))
    is_address, suffix, shown = name_parts(name)
    saver = find_save(suffix)
    if saver is None:
        message = f"unable to write to file {os.fsencode(shown)!r}"
        wanted = "an address that ends in no suffix takes one behind #, such as #.png" if is_address else _SUFFIX
        raise Error(message, f'VipsForeignSave: "{shown}" is not a known file format: {wanted}')
    call_class(saver, image, name, **_with_options(kwargs, options))


def _saver(suffix, what):
    """The saver for a suffix, and the options after it."""
    name, options = split_options(_name(suffix, _SUFFIX))
    saver = find_save(name)
    if saver is None:
        raise Error(f"unable to write to {what}", f'VipsForeignSave: "{name}" is not a known {what} format: {_SUFFIX}')
    return saver, options


def save_buffer(image, suffix, kwargs):
    """The file as bytes: written to a target where the format has one, as errors say."""
    saver, options = _saver(suffix, "buffer")
    if _has_target_form(saver):
        target = Target.new_to_memory()
        call_class(f"{saver}_target", image, target, **_with_options(kwargs, options))
        return target.blob
    return call_class(f"{saver}_buffer", image, **_with_options(kwargs, options))


# The module functools would do this too, but takes longer to import than a small picture to load.
_target_forms = {}


def _has_target_form(saver):
    if saver not in _target_forms:
        _target_forms[saver] = f"{saver}_target" in operation_names()
    return _target_forms[saver]


def save_target(image, target, suffix, kwargs):
    """Write to a target, or whatever else takes bytes."""
    target = _target_of(target)
    saver, options = _saver(suffix, "target")
    call_class(f"{saver}_target", image, target, **_with_options(kwargs, options))


_temporaries = 0


def temporary(format):
    """An image to be written to, in a temporary file; the file goes with the image."""
    import tempfile
    import weakref

    global _temporaries
    if "%s" not in format or find_save(format) is None:
        raise Error("unable to make temp file", f'"{format}" is not a known file format')
    _temporaries += 1
    descriptor, name = tempfile.mkstemp(format.replace("%s", ""), f"vips-{_temporaries}-")
    os.close(descriptor)
    image = call("black", 1, 1)
    image._set_unwritten(name)
    weakref.finalize(image, _remove, name, os.getpid())
    return image


def _remove(name, process):
    """Remove a file, in the process that made it."""
    if os.getpid() == process and os.path.exists(name):
        os.remove(name)


def write(image, other):
    """Evaluate `image` into `other`, which was not written yet."""
    name = other.filename
    if not other._is_unwritten():
        raise Error("unable to write to image", "VipsImage: generate() called twice")
    save_file(image, name, {})
    other._take(load_file(name, {}))


def picture(image):
    """The image as PNG for notebooks, at most 1024 pixels wide and high; None where it is no picture."""
    try:
        if image.format in ("complex", "dpcomplex"):
            return None
        factor = 1024 / max(image.width, image.height)
        if factor < 1:
            image = image.resize(factor)
        if image.interpretation not in ("srgb", "b-w", "rgb16", "grey16"):
            image = image.colourspace("srgb")
        return save_buffer(image, ".png", {})
    except Error:
        return None


