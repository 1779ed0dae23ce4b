"""Real ELF files, written from a few attributes: programs and libraries that loaders accept.

    elf.build(interp="/lib64/ld-linux-x86-64.so.2", needed=["liba.so"], runpath="$ORIGIN/../lib")
    elf.build(**elf.parse('soname=libx.so.1 needed=liba.so,libb.so strings="/etc/x","lib%s.so" machine=aarch64'))

A list may be given as a list or as text with commas. Attributes:
  interp, soname, rpath, runpath           text
  needed, filter, auxiliary, audit, depaudit  lists of names
  undef, define                            names of undefined and of exported symbols
  versions                                 versions of symbols that are defined: VERSION
  wants                                    and that are asked for: LIBRARY:VERSION; with a ? at its end it may lack
  strings                                  string constants in .rodata
  literals                                 packed strings, as in Go programs, that the code takes the addresses of
  started                                  literals, too, that are handed to os/exec.Command
  note                                     the JSON text of a .note.dlopen note (a list gives several notes)
  gomodules                                what Go 1.18 and later tell of a program's modules (under 16 KiB)
  flags                                    nodeflib pie exec static go (with static) goexec nosections origin
  machine                                  a name of MACHINES (x86_64)
  class, endian                            64 or 32, little or big: the machine's own unless said
  hash                                     sysv (default), gnu, both, none
  payload                                  bytes behind everything
  osabi                                    a number
  size                                     zeros behind everything, up to this many bytes
A file with `interp`, or with flag static, is a program (position independent unless flag exec, or static without
pie); else it is a shared library. On x86-64, i386 and aarch64 a program really runs: it exits with status 0.
"""

import struct

# name: (e_machine, class, endian, e_flags)
MACHINES = {
    "x86_64": (62, 64, "little", 0), "x32": (62, 32, "little", 0), "i386": (3, 32, "little", 0),
    "aarch64": (183, 64, "little", 0), "arm": (40, 32, "little", 0x05000400), "armel": (40, 32, "little", 0x05000200),
    "riscv64": (243, 64, "little", 0x5), "ppc64le": (21, 64, "little", 2), "ppc64": (21, 64, "big", 1),
    "s390x": (22, 64, "big", 0), "mips64le": (8, 64, "little", 0x80000007), "mips": (8, 32, "big", 0x70001007),
    "loongarch64": (258, 64, "little", 0x43), "sparc64": (43, 64, "big", 0),
}
EXIT = {62: "b83c00000031ff0f05", 3: "b80100000031dbcd80", 183: "000080d2a80b80d2010000d4"}

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR, PT_GNU_STACK = 1, 2, 3, 4, 6, 0x6474E551
DT = {"needed": 1, "hash": 4, "strtab": 5, "symtab": 6, "strsz": 10, "syment": 11, "soname": 14, "rpath": 15,
      "runpath": 29, "flags": 30, "gnu_hash": 0x6FFFFEF5, "flags_1": 0x6FFFFFFB, "audit": 0x6FFFFEFC,
      "depaudit": 0x6FFFFEFB, "verneed": 0x6FFFFFFE, "verneednum": 0x6FFFFFFF, "verdef": 0x6FFFFFFC, "verdefnum": 0x6FFFFFFD, "auxiliary": 0x7FFFFFFD, "filter": 0x7FFFFFFF}
DF_ORIGIN, DF_1_NODEFLIB, DF_1_ORIGIN, DF_1_PIE = 1, 0x800, 0x80, 0x08000000
LISTS = ("literals", "started", "needed", "filter", "auxiliary", "audit", "depaudit", "undef", "define", "strings", "flags",
         "versions", "wants")
KNOWN = LISTS + ("interp", "soname", "rpath", "runpath", "note", "machine", "class", "endian", "hash", "payload",
                 "osabi", "size", "gomodules")
PAGE = 0x10000


def parse(text):
    """The attributes of a scenario line: NAME=VALUE words; values may be quoted, whole or in their parts."""
    attributes, at = {}, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        name, equals, _ = text[at:].partition("=")
        if not equals or not name.replace("_", "").isalnum():
            raise ValueError("elf attribute: " + text[at:])
        at += len(name) + 1
        parts, part, quoted = [], "", False
        while at < len(text) and not text[at].isspace():
            c = text[at]
            if c in "'\"":
                end = text.index(c, at + 1)
                inner = text[at + 1:end]
                part += inner.encode("latin-1", "backslashreplace").decode("unicode_escape") if c == '"' else inner
                at, quoted = end + 1, True
            elif c == "," and name in LISTS:
                parts.append(part)
                part, at = "", at + 1
            else:
                part, at = part + c, at + 1
        if part or quoted or parts:
            parts.append(part)
        attributes[name] = parts if name in LISTS else "".join(parts)
    return attributes


def build(**given):
    """The bytes of the ELF file that the attributes describe."""
    unknown = set(given) - set(KNOWN)
    if unknown:
        raise ValueError("unknown ELF attributes: " + ", ".join(sorted(unknown)))
    return _Builder(given).bytes().ljust(int(given.get("size") or 0), b"\0")


def _listed(value):
    if value is None:
        return []
    if isinstance(value, str):
        return value.split(",") if value else []
    return list(value)


class _Strings:
    def __init__(self):
        self.data, self.places = b"\0", {b"": 0}

    def add(self, text):
        text = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        if text not in self.places:
            self.places[text] = len(self.data)
            self.data += text + b"\0"
        return self.places[text]


class _Builder:
    def __init__(self, given):
        a = {k: _listed(given.get(k)) for k in LISTS}
        self.a, self.flags = a, set(a["flags"])
        self.text = {k: given.get(k) for k in ("interp", "soname", "rpath", "runpath")}
        self.machine, bits, endian, self.e_flags = MACHINES[given.get("machine") or "x86_64"]
        self.wide = int(given.get("class") or bits) == 64
        self.endian = given.get("endian") or endian
        self.e = "<" if self.endian == "little" else ">"
        self.hash = given.get("hash") or "sysv"
        self.osabi = int(given.get("osabi") or 0)
        framed = b"".join([b"<" * 16, given["gomodules"].encode(), b">" * 16]) if given.get("gomodules") else b""
        self.modules = bytes([len(framed) & 127 | 128, len(framed) >> 7] if framed else [0]) + framed
        payload = given.get("payload") or b""
        self.payload = payload if isinstance(payload, bytes) else payload.encode()
        note = given.get("note")
        self.notes = [note] if isinstance(note, str) else list(note or [])
        self.static = "static" in self.flags
        self.program = self.static or self.text["interp"] is not None
        self.pie = "exec" not in self.flags and (not self.static or "pie" in self.flags)
        self.dynamic = self.pie or not self.static
        self.base = 0 if self.pie or not self.program else 0x400000
        self.sections = []  # name, type, flags, address, offset, size, link, info, entsize
        self.dynstr = _Strings()
        self.out = bytearray()

    def pack(self, fmt, *values):
        return struct.pack(self.e + fmt.replace("P", "Q" if self.wide else "I"), *values)

    def symbols(self, names, defined, strings):
        table = self.symbol(0, 0, 0, 0)
        for n in names:
            table += self.symbol(strings.add(n), 0x12, 0, 0)
        for n in defined:
            table += self.symbol(strings.add(n), 0x12, 1, self.base)
        return table

    def symbol(self, name, info, section, value):
        if self.wide:
            return self.pack("IBBHQQ", name, info, 0, section, value, 0)
        return self.pack("IIIBBH", name, value, 0, info, 0, section)

    def sysv_hash(self, count):
        # one bucket whose chain runs through all symbols
        chain = [i + 1 if i + 1 < count else 0 for i in range(count)]
        chain[0] = 0
        words = "%dQ" if self.machine == MACHINES["s390x"][0] else "%dI"
        return self.pack(words % (3 + count), 1, count, 1 if count > 1 else 0, *chain)

    def gnu_hash(self, first, defined):
        hashes = []
        for n in defined:
            h = 5381
            for c in n.encode():
                h = (h * 33 + c) & 0xFFFFFFFF
            hashes.append(h)
        chain = [h & ~1 for h in hashes]
        if chain:
            chain[-1] |= 1
        bloom = (1 << (64 if self.wide else 32)) - 1
        return (self.pack("IIIIP", 1, first if chain else 1, 1, 6, bloom)
                + self.pack("I%dI" % len(chain), first if chain else 0, *chain))

    def place(self, name, data, kind=1, flags=2, align=8, shift=0, link=0, entsize=0):
        """Append DATA as a section; returns its address, offset and size."""
        self.out += b"\0" * (-len(self.out) % align)
        offset = len(self.out)
        address = self.base + offset + shift if flags & 2 else 0
        self.out += data
        info = 1 if kind in (2, 11) else 0
        self.sections.append((name, kind, flags, address, offset, len(data), link, info, entsize, align))
        return address, offset, len(data)

    def note_data(self, text):
        body = text.encode() + b"\0"
        return (self.pack("III", 4, len(body), 0x407C0C0A) + b"FDO\0" + body + b"\0" * (-len(body) % 4))

    def dynamic_tags(self, where):
        s = self.dynstr.add
        tags = [(DT["needed"], s(n)) for n in self.a["needed"]]
        for name in ("soname", "rpath", "runpath"):
            if self.text[name] is not None:
                tags.append((DT[name], s(self.text[name])))
        for name in ("filter", "auxiliary", "audit", "depaudit"):
            tags += [(DT[name], s(n)) for n in self.a[name]]
        tags += where
        flags_1 = ((DF_1_NODEFLIB if "nodeflib" in self.flags else 0) | (DF_1_ORIGIN if "origin" in self.flags else 0)
                   | (DF_1_PIE if self.program and self.pie else 0))
        if "origin" in self.flags:
            tags.append((DT["flags"], DF_ORIGIN))
        if flags_1:
            tags.append((DT["flags_1"], flags_1))
        return tags + [(0, 0)]

    def bytes(self):
        count = 5 + (self.text["interp"] is not None) + bool(self.notes) + self.dynamic
        ehsize, phsize = (64, 56) if self.wide else (52, 32)
        self.out += b"\0" * (ehsize + count * phsize)
        headers = [(PT_PHDR, 4, ehsize, self.base + ehsize, count * phsize, 8)]
        if self.text["interp"] is not None:
            at = self.place(".interp", self.text["interp"].encode() + b"\0", align=1)
            headers.append((PT_INTERP, 4, at[1], at[0], at[2], 1))
        if self.notes:
            at = self.place(".note.dlopen", b"".join(map(self.note_data, self.notes)), kind=7, align=4)
            headers.append((PT_NOTE, 4, at[1], at[0], at[2], 4))
        where = self.dynamic_parts() if self.dynamic else []
        tags = self.dynamic_tags(where) if self.dynamic else []
        if self.dynamic:
            at = self.place(".dynstr", self.dynstr.data, kind=3, align=1)
            self.link(".hash", ".dynsym")
            self.link(".gnu.hash", ".dynsym")
            tags = [(t, at[0] if t == DT["strtab"] else at[2] if t == DT["strsz"] else v) for t, v in tags]
        literals = self.place_literals() if self.a["literals"] else None
        if not literals:
            self.place(".rodata", b"\0".join([b""] + [self.encoded(t) for t in self.a["strings"]] + [b""]), align=1)
        end_read = len(self.out)
        code = bytes.fromhex(EXIT.get(self.machine, "00000000") if self.program else "00000000")
        if literals:
            code = self.literal_code(code, literals, -(-end_read // 16) * 16 + self.base + PAGE)
        text = self.place(".text", code, flags=6, align=16, shift=PAGE)
        headers.append((PT_LOAD, 4, 0, self.base, end_read, PAGE))
        headers.append((PT_LOAD, 5, text[1], text[0], text[2], PAGE))
        if self.dynamic:
            data = b"".join(self.pack("PP", t, v) for t, v in tags)
            at = self.place(".dynamic", data, kind=6, flags=3, shift=2 * PAGE, link=self.index(".dynstr"),
                            entsize=16 if self.wide else 8)
        elif "go" in self.flags:
            data = b"\xff Go buildinf:\x08\x02" + b"\0" * 16 + b"\x08go1.22.0" + self.modules
            at = self.place(".go.buildinfo", data, flags=3, align=16, shift=2 * PAGE)
        else:
            at = self.place(".data", b"\0" * 8, flags=3, shift=2 * PAGE)
        headers.append((PT_LOAD, 6, at[1], at[0], at[2], PAGE))
        if self.dynamic:
            headers.append((PT_DYNAMIC, 6, at[1], at[0], at[2], 8))
        if self.static and not self.dynamic:
            self.static_symbols()
        return self.finish(headers, text[0] if self.program else 0, count)

    def encoded(self, text):
        return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")

    def index(self, name):
        return [s[0] for s in self.sections].index(name) + 1

    def link(self, name, other):
        self.sections = [s[:6] + (self.index(other),) + s[7:] if s[0] == name else s for s in self.sections]

    def dynamic_parts(self):
        undef, define = self.a["undef"], self.a["define"]
        table = self.symbols(undef, define, self.dynstr)
        size = 24 if self.wide else 16
        n, parts = len(table) // size, []
        if self.hash in ("sysv", "both"):
            parts.append((DT["hash"], self.place(".hash", self.sysv_hash(n), kind=5, entsize=4)[0]))
        if self.hash in ("gnu", "both"):
            at = self.place(".gnu.hash", self.gnu_hash(1 + len(undef), define), kind=0x6FFFFFF6)
            parts.append((DT["gnu_hash"], at[0]))
        parts += self.version_parts()
        link = len(self.sections) + 2  # .dynstr follows
        at = self.place(".dynsym", table, kind=11, link=link, entsize=size)
        return parts + [(DT["strtab"], 0), (DT["symtab"], at[0]), (DT["strsz"], 0), (DT["syment"], size)]

    def version_parts(self):
        add, parts, wants, versions = self.dynstr.add, [], self.a["wants"], self.a["versions"]
        if wants:
            data = b""
            for i, want in enumerate(wants):
                library, _, version = want.partition(":")
                weak, version = version.endswith("?"), version.rstrip("?")
                data += self.pack("HHIII", 1, 1, add(library), 16, 32 if i + 1 < len(wants) else 0)
                data += self.pack("IHHII", 0, 2 * weak, 2 + i, add(version), 0)
            at = self.place(".gnu.version_r", data, kind=0x6FFFFFFE)
            parts += [(DT["verneed"], at[0]), (DT["verneednum"], len(wants))]
        if versions:
            data = b""
            for i, version in enumerate(versions):
                data += self.pack("HHHHIII", 1, 0, i + 1, 1, 0, 20, 28 if i + 1 < len(versions) else 0)
                data += self.pack("II", add(version), 0)
            at = self.place(".gnu.version_d", data, kind=0x6FFFFFFD)
            parts += [(DT["verdef"], at[0]), (DT["verdefnum"], len(versions))]
        return parts

    def static_symbols(self):
        strings = _Strings()
        table = self.symbols([], self.a["undef"] + self.a["define"], strings)
        self.place(".symtab", table, kind=2, flags=0, link=len(self.sections) + 2, entsize=24 if self.wide else 16)
        self.place(".strtab", strings.data, kind=3, flags=0, align=1)

    def place_literals(self):
        """The literals of a Go program, packed by length in .rodata; {text: address}."""
        if "goexec" in self.flags:
            self.place(".gopclntab", self.function_table(), align=1)
        packed = sorted(set(map(self.encoded, self.a["literals"] + self.a["started"])), key=lambda x: (len(x), x))
        at = self.place(".rodata", b"".join(packed), align=1)[0]
        return {x: at + sum(map(len, packed[:i])) for i, x in enumerate(packed)}

    def function_table(self):
        """Go 1.20's .gopclntab: os/exec.Command begins with the code, whose start is left to .text."""
        names = b"\0os/exec.Command\0os/exec.(*Cmd).Start\0"
        header = struct.pack("<IHBB8Q", 0xFFFFFFF1, 0, 1, 8, 1, 0, 0, 72, 72, 72, 72, 72 + len(names))
        return header + names + struct.pack("<IIII", 0, 8, 0, 1) + b"\0" * 16

    def literal_code(self, code, literals, at):
        """CODE, and behind it instructions that take each address; those of `started` are then called with."""
        for text, address in literals.items():
            here = at + len(code)
            if self.machine == 183:
                pages = (address >> 12) - (here >> 12)
                code += struct.pack("<II", 0x90000000 | (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5,
                                    0x91000000 | (address & 0xfff) << 10)
                if text in map(self.encoded, self.a["started"]):
                    code += struct.pack("<I", 0x94000000 | (at - here - 8 >> 2 & 0x3ffffff))
            else:
                code += b"\x48\x8d\x05" + struct.pack("<i", address - here - 7)
                if text in map(self.encoded, self.a["started"]):
                    code += b"\xbb\x02\0\0\0\xe8" + struct.pack("<i", at - here - 17)
        return code

    def finish(self, headers, entry, count):
        headers.append((PT_GNU_STACK, 6, 0, 0, 0, 16))
        order = {PT_PHDR: 0, PT_INTERP: 1}
        headers.sort(key=lambda h: order.get(h[0], 2))
        assert len(headers) == count
        shoff = shnum = 0
        if "nosections" not in self.flags:
            shoff, shnum = self.section_table()
        table = b"".join(self.program_header(*h) for h in headers)
        ehsize, phsize, shsize = (64, 56, 64) if self.wide else (52, 32, 40)
        head = b"\x7fELF" + bytes([2 if self.wide else 1, 1 if self.endian == "little" else 2, 1, self.osabi]) + b"\0" * 8
        head += self.pack("HHIPPPIHHHHHH", 3 if self.pie or not self.program else 2, self.machine, 1, entry, ehsize,
                          shoff, self.e_flags, ehsize, phsize, len(headers), shsize if shnum else 0, shnum,
                          shnum - 1 if shnum else 0)
        self.out[:len(head) + len(table)] = head + table
        return bytes(self.out) + self.payload

    def program_header(self, kind, flags, offset, address, size, align):
        if self.wide:
            return self.pack("IIQQQQQQ", kind, flags, offset, address, address, size, size, align)
        return self.pack("IIIIIIII", kind, offset, address, address, size, size, flags, align)

    def section_table(self):
        names = _Strings()
        for s in self.sections:
            names.add(s[0])
        names.add(".shstrtab")
        self.place(".shstrtab", names.data, kind=3, flags=0, align=1)
        self.out += b"\0" * (-len(self.out) % 8)
        offset, fmt = len(self.out), "IIPPPPIIPP"
        self.out += self.pack(fmt, *([0] * 10))
        for name, kind, flags, address, at, size, link, info, entsize, align in self.sections:
            self.out += self.pack(fmt, names.add(name), kind, flags, address, at, size, link, info, align, entsize)
        return offset, len(self.sections) + 1
