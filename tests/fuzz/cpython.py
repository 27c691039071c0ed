"""What CPython's readers see in archives, without unpacking them.

Standard input: for each archive its kind (t or z), its length (four bytes, big-endian) and its bytes.
Standard output: for each archive one line of JSON: whether it was read to its end, and for each file
or link its name and its content's (or target's) hash, in hexadecimal, and length.
"""

import gzip
import hashlib
import io
import json
import struct
import sys
import tarfile
import zipfile


def seen(name, content):
    return [name.hex(), len(content), hashlib.sha256(content).hexdigest()]


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def tar(data):
    unpacked = gzip.decompress(data)
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
        for member in archive:
            if member.isreg():
                yield seen(raw(member.name), archive.extractfile(member).read())
            elif not member.isdir():
                yield seen(raw(member.name), raw(member.linkname))
        # At a header that it can't read it stops as if it were the end.
        if any(unpacked[archive.offset : archive.offset + 512]):
            raise ValueError("stopped at a header")


def wheel(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                encoding = "utf-8" if member.flag_bits & 0x800 else "cp437"
                yield seen(member.filename.encode(encoding), archive.read(member))


def look(kind, data):
    files = []
    try:
        for file in (tar if kind == b"t" else wheel)(data):
            files.append(file)
        return {"complete": True, "files": files}
    except Exception as error:
        return {"complete": False, "files": files, "error": repr(error)}


source = sys.stdin.buffer
while kind := source.read(1):
    (length,) = struct.unpack(">I", source.read(4))
    print(json.dumps(look(kind, source.read(length))))
