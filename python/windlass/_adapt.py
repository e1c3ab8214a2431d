"""Sources and targets of what programs have in hand: files, responses, sockets, iterators, functions."""

import io
import os
import socket

from windlass.error import Error
from windlass.vsource import Source
from windlass.vsourcecustom import SourceCustom
from windlass.vtarget import Target
from windlass.vtargetcustom import TargetCustom

_PIECE = 65536


def source_of(obj):
    """The source that reads `obj`; AttributeError for what gives no bytes."""
    if isinstance(obj, Source):
        return obj
    if isinstance(obj, (str, int, float, dict, set, type(None))):
        raise _no_source(obj)
    if isinstance(obj, os.PathLike):
        return Source.new_from_file(obj)
    for known in (_of_buffer, _of_socket, _of_messages, _of_response, _of_file, _of_opener, _of_iterator):
        source = known(obj)
        if source is not None:
            return source
    raise _no_source(obj)


def target_of(obj):
    """The target that writes to `obj`; AttributeError for what takes no bytes."""
    if isinstance(obj, Target):
        return obj
    if isinstance(obj, os.PathLike):
        return Target.new_to_file(obj)
    if isinstance(obj, bytearray):
        return _to_function(obj.extend)
    for known in (_to_socket, _to_messages, _to_file, _to_opener):
        target = known(obj)
        if target is not None:
            return target
    if callable(obj) and not isinstance(obj, type):
        return _to_function(obj)
    raise _no_target(obj)


def _no_source(obj):
    known = "a Source, bytes, a pathlib.Path, a file opened in binary mode, a response, a socket, or an iterator of bytes"
    return _no_connection(obj, f"a source is {known}", "new_from_file")


def _no_target(obj):
    known = "a Target, a pathlib.Path, a file opened in binary mode, a socket, a bytearray, or a function that takes bytes"
    return _no_connection(obj, f"a target is {known}", "write_to_file")


def _no_connection(obj, known, by_name):
    name = f"; a name is for {by_name}" if isinstance(obj, str) else ""
    return AttributeError(f"'{type(obj).__name__}' object has no attribute 'pointer': {known}{name}")


def _of_buffer(obj):
    try:
        memoryview(obj).release()
    except TypeError:
        return None
    return Source.new_from_memory(obj)


def _of_socket(obj):
    if not isinstance(obj, socket.socket):
        return None
    _check_open(obj.fileno() < 0, "socket")
    if type(obj) is socket.socket:
        return Source.new_from_descriptor(obj.fileno())
    # what is encrypted must go through the object
    return _reading(obj.recv)


def _of_messages(obj):
    """The receiving end of a pipe of multiprocessing."""
    if not callable(getattr(obj, "recv_bytes", None)):
        return None

    def messages():
        try:
            while True:
                yield obj.recv_bytes()
        except EOFError:
            return

    return _of_pieces(messages())


def _of_response(obj):
    """The body of a response of requests, httpx or aiohttp, with its content coding undone."""
    if callable(getattr(obj, "iter_content", None)):
        _check_status(obj)
        return _of_pieces(obj.iter_content(_PIECE))
    if callable(getattr(obj, "iter_bytes", None)):
        _check_status(obj)
        if getattr(obj, "is_stream_consumed", False):
            return Source.new_from_memory(obj.content)
        is_async = hasattr(getattr(obj, "stream", None), "__aiter__") and not hasattr(obj.stream, "__iter__")
        return _of_async_pieces(obj.aiter_bytes()) if is_async else _of_pieces(obj.iter_bytes())
    if callable(getattr(getattr(obj, "content", None), "iter_chunked", None)):
        _check_status(obj)
        return _of_async_pieces(obj.content.iter_chunked(_PIECE))
    return None


def _check_status(response):
    status = getattr(response, "status_code", getattr(response, "status", 200))
    if isinstance(status, int) and status >= 400:
        reason = getattr(response, "reason_phrase", None) or getattr(response, "reason", None) or ""
        raise Error("unable to load from response", f"the server answered {status} {reason}".rstrip())


def _of_file(obj):
    read = getattr(obj, "read", None)
    if not callable(read):
        return None
    _check_file(obj, "readable", "rb")
    if _seeks(obj):
        source = _reading(read)
        source.on_seek(obj.seek)
        return source
    if isinstance(obj, io.FileIO):
        # a pipe without a buffer: its descriptor can be waited for, and left
        return Source.new_from_descriptor(obj.fileno())
    # the bytes that are there, rather than all that were asked for
    return _reading(obj.read1 if callable(getattr(obj, "read1", None)) else read)


def _check_open(is_closed, what):
    if is_closed:
        raise ValueError(f"I/O operation on closed {what}")


def _check_file(obj, able, mode):
    """Refuses files that are known not to serve."""
    if isinstance(obj, io.TextIOBase):
        raise TypeError(f"a file must be opened in binary mode ({mode!r}), not as {type(obj).__name__}, which has text")
    _check_open(getattr(obj, "closed", False) is True, "file")
    # files that Python itself opened; others may not know
    if isinstance(obj, (io.FileIO, io.BufferedReader, io.BufferedWriter)) and not getattr(obj, able)():
        raise TypeError(f"a file must be opened with {mode!r}: this one is not {able}")


def _seeks(obj):
    """Whether going back costs little. In compressed files it would decompress from the start."""
    if type(obj).__module__ in ("zipfile", "gzip", "bz2", "lzma", "tarfile") or not hasattr(obj, "seek"):
        return False
    seekable = getattr(obj, "seekable", None)
    return bool(seekable()) if callable(seekable) else True


def _of_opener(obj):
    """What has yet to be opened: fsspec.open(...), zipfile.Path, importlib.resources."""
    if not callable(getattr(obj, "open", None)):
        return None
    return _of_file(_opened(obj, "rb"))


def _opened(obj, mode):
    # an OpenFile of fsspec knows its mode
    return obj.open() if hasattr(obj, "mode") else obj.open(mode)


def _of_iterator(obj):
    if hasattr(obj, "__aiter__"):
        return _of_async_pieces(obj)
    return _of_pieces(obj) if hasattr(obj, "__iter__") else None


def _of_pieces(pieces):
    pieces = iter(pieces)

    def read(size):
        # an empty piece is not the end
        for piece in pieces:
            if _has_bytes(piece):
                return piece
        return b""

    return _reading(read)


def _has_bytes(piece):
    """Whether a piece is not empty; TypeError for what is none."""
    if isinstance(piece, (bytes, bytearray)):
        return len(piece) > 0
    try:
        with memoryview(piece) as view:
            return view.nbytes > 0
    except TypeError:
        raise TypeError(f"an iterator gave {type(piece).__name__}, not bytes") from None


def _of_async_pieces(pieces):
    pieces = aiter(pieces)

    async def read(size):
        async for piece in pieces:
            if _has_bytes(piece):
                return piece
        return b""

    return _reading(read)


def _reading(read):
    source = SourceCustom()
    source.on_read(read)
    return source


def _to_socket(obj):
    if not isinstance(obj, socket.socket):
        return None
    _check_open(obj.fileno() < 0, "socket")
    if type(obj) is socket.socket:
        return Target.new_to_descriptor(obj.fileno())
    return _to_function(obj.sendall)


def _to_messages(obj):
    """The sending end of a pipe of multiprocessing."""
    send = getattr(obj, "send_bytes", None)
    return _to_function(send) if callable(send) else None


def _to_file(obj):
    write = getattr(obj, "write", None)
    if not callable(write):
        return None
    _check_file(obj, "writable", "wb")
    target = _to_function(write, getattr(obj, "drain", None))
    if _seeks(obj):
        target.on_seek(obj.seek)
        readable = getattr(obj, "readable", None)
        if callable(readable) and readable():
            target.on_read(obj.read)
    if callable(getattr(obj, "flush", None)):
        target.on_end(lambda: _without_answer(obj.flush()))
    return target


def _without_answer(answer):
    """None, or an awaitable that gives None: what `flush` answers is no verdict."""
    if not hasattr(answer, "__await__"):
        return None

    async def settle():
        await answer

    return settle()


def _to_opener(obj):
    """What has yet to be opened; opened at the first write, and closed at the end."""
    if not callable(getattr(obj, "open", None)):
        return None
    files = []

    def write(piece):
        if not files:
            files.append(_opened(obj, "wb"))
        return files[0].write(piece)

    def end():
        if not files:
            files.append(_opened(obj, "wb"))
        files[0].close()

    def abort(text):
        # files of stores can be given up; others are closed with what they have
        for file in files:
            discard = getattr(file, "discard", None)
            (discard if callable(discard) else file.close)()

    target = _to_function(write)
    target.on_end(end)
    target.on_abort(abort)
    return target


def _to_function(function, then=None):
    """Whatever takes a piece of bytes; an answer of None says that it took all."""

    def write(piece):
        answer = function(piece)
        if then is not None or hasattr(answer, "__await__"):
            return settle(piece, answer)
        return len(piece) if answer is None else answer

    async def settle(piece, answer):
        count = await answer if hasattr(answer, "__await__") else answer
        if then is not None:
            await then()
        return len(piece) if count is None else count

    target = TargetCustom()
    target.on_write(write)
    return target
