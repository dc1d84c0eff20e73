"""What src/engine/option_list.h says of the options is what the struct, docs/tuning.md, the command's help and the
npm package say."""

import functools
import os
import re
import subprocess
import unittest
from typing import NamedTuple

from project_files import SOURCE

LIST = (SOURCE / "src/engine/option_list.h").read_text()
TYPES = "".join((SOURCE / f"bindings/node/types/{name}.d.ts").read_text() for name in ("quic", "serve", "fetch", "webtransport"))
TOOL = os.environ.get("USQUIC_TOOL")

# Interfaces that the options of a function are made of, and of its `tls`.
INTERFACES = {
    "quic()": (("QuicCommonOptions", ), ("ClientTlsOptions", "ServerTlsOptions", "TlsIdentity")),
    "serve()": (("ServeOptions", ), ("ServerTlsOptions", "TlsIdentity")),
    "fetch3()": (("Fetch3Init", ), ("ClientTlsOptions", "TlsIdentity")),
    "WebTransport": (("WebTransportOptions", ), ("ClientTlsOptions", "TlsIdentity")),
}
# What is no option of the C interface, but of the function itself.
OWN = {
    "quic()": {"hostname", "port", "server", "tls", "reusePort", "tls.serverName"},
    "serve()": {"hostname", "port", "reusePort", "tls", "tls.serverName", "fetch", "connect", "error", "routes", "webTransport",
                "http1", "http2", "http3", "maxRequestBodySize"},
    "fetch3()": {"tls", "duplex"},
    "WebTransport": {"headers", "tls", "allowPooling", "requireUnreliable", "congestionControl"},
}
# Whole numbers of these are written in the greatest unit that divides them.
SCALES = {"bytes": (("MiB", 1 << 20), ("KiB", 1 << 10)), "ms": (("s", 1000), )}


class Option(NamedTuple):
    kind: str  # NUMBER, PART or POINTER
    name: str
    default: int
    smallest: int
    largest: int
    unit: str
    summary: str


class Name(NamedTuple):
    option: str
    program: str
    name: str
    unit: str


def arguments(text):
    """"a, b, "c, d"" as [a, b, c, d]"""
    return [part.strip().strip('"') for part in re.findall(r'"[^"]*"|[^",]+', text) if part.strip()]


def entries(kinds):
    text = LIST.replace("\\\n", "")
    text = re.sub(r"(\)) +(?=[A-Z]+\()", r"\1\n", text)
    for kind, inside in re.findall(rf'^\s*({kinds})\(((?:"[^"]*"|[^")])*)\)', text, re.MULTILINE):
        yield kind, arguments(inside)


@functools.cache
def constants():
    """The names that bounds are written with."""
    known = {"UINT_MAX": 2**32 - 1, "INT_MAX": 2**31 - 1, "INT_MIN": -2**31, "SIZE_MAX": 2**64 - 1}
    known["max_varint"] = 2**62 - 1  # base/varint.h
    for name, value in re.findall(r"^inline constexpr [\w:]+ (\w+) = ([^;]+);", LIST, re.MULTILINE):
        known[name] = number(value, known)
    header = (SOURCE / "include/usquic/quic_options.h").read_text()
    known.update((name, int(value)) for name, value in re.findall(r"\b(US_QUIC_\w+) = (\d+)", header))
    return known


def number(text, known=None):
    text = re.sub(r"std::\w+\{(\d+)\}", r"\1", text).replace("'", "")
    return eval(text, {"__builtins__": {}}, constants() if known is None else known)  # pylint: disable=eval-used


@functools.cache
def options():
    found = []
    for kind, words in entries("NUMBER|PART|POINTER"):
        if kind == "POINTER":
            found.append(Option(kind, words[0], None, None, None, "", words[2]))
        else:
            name, _, default, smallest, largest, unit, _, summary = words
            found.append(Option(kind, name, number(default), number(smallest), number(largest), unit, summary))
    return found


@functools.cache
def names():
    return [Name(*words) for _, words in entries("NAME")]


def amount(value, unit):
    for scale, factor in SCALES.get(unit, ()):
        if value and value % factor == 0:
            return f"{value // factor:,} {scale}"
    return f"{value:,} ms" if unit == "ms" and value else f"{value:,}"


def choice(option, value):
    """The constant for a value: those of an option have a common beginning."""
    begin = {"congestion": "US_QUIC_CONGESTION_", "address_validation": "US_QUIC_ADDRESS_VALIDATION_",
             "log_level": "US_QUIC_LOG_"}[option.name]
    return next(f"`{name.removeprefix(begin)}`" for name, known in constants().items()
                if name.startswith(begin) and known == value)


def bounds(option):
    if option.unit == "choice":
        return ", ".join(choice(option, value) for value in range(option.smallest, option.largest + 1))
    if option.smallest == constants()["INT_MIN"]:
        return "0 = no"
    is_open = option.largest >= constants()["UINT_MAX"]
    smallest = amount(option.smallest, option.unit if option.unit == "bytes" else "")
    return f"from {smallest}" if is_open else f"{smallest} to {option.largest:,}"


def row(option):
    also = {}
    for name in names():
        if name.option == option.name:
            also.setdefault(name.program, name.name)
    places = ", ".join(f"`{program} {name}`" if program.startswith("usquic") else f"`{program}` `{name}`"
                       for program, name in also.items())
    if option.kind == "POINTER":
        cells = ["none", "", ""]
    else:
        default = choice(option, option.default) if option.unit == "choice" else amount(option.default, option.unit)
        cells = [default, bounds(option), "" if option.unit in ("choice", "flag", "index") else option.unit]
    cells = [f"`{option.name}`", *cells, option.summary, places]
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def fields():
    """Names of the struct's fields, in order."""
    header = (SOURCE / "include/usquic/quic_options.h").read_text()
    body = re.search(r"typedef struct us_quic_socket_context_options_t \{(.*?)\} us_quic", header, re.DOTALL).group(1)
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    return [re.search(r"\(\*(\w+)\)|(\w+)$", line.strip()) for line in body.split(";") if line.strip()]


def members(interface):
    """Names of an interface's members, with the comment above each. Callbacks are not among them."""
    body = re.search(rf"interface {interface}\b[^{{]*\{{(.*?)^\}}", TYPES, re.DOTALL | re.MULTILINE).group(1)
    found = re.findall(r"(?:/\*\*((?:[^*]|\*(?!/))*)\*/\s*)?^  (\w+)\??:", body, re.MULTILINE)
    return {name: comment for comment, name in found}


class OptionList(unittest.TestCase):
    maxDiff = None

    def test_names_every_field_of_the_struct_in_order(self):
        in_struct = [found.group(1) or found.group(2) for found in fields()]
        self.assertEqual(in_struct[0], "struct_size")
        self.assertGreater(len(options()), 40)
        self.assertEqual(in_struct[1:], [option.name for option in options()])

    def test_is_the_table_of_the_page(self):
        page = (SOURCE / "docs/tuning.md").read_text()
        table = re.search(r"^## All options$.*?^\|---.*?\n(.*?)(?:^$|\Z)", page, re.DOTALL | re.MULTILINE).group(1)
        self.assertEqual("\n".join(row(option) for option in options()) + "\n", table)

    def test_has_the_defaults_that_the_page_tells_of(self):
        known = {option.name: option for option in options()}
        page = (SOURCE / "docs/tuning.md").read_text()
        told = re.findall(r"`(\w+)`, (\d[\d,]*(?: (?:ms|s|KiB|MiB|minutes))?)", page) + re.findall(
            r"`(\w+)` \((\d[\d,]*(?: (?:ms|s|KiB|MiB))?)\)", page)
        told = [(name, value) for name, value in told if not name.startswith("linger_")]
        self.assertGreater(len(told), 8)
        for name, value in told:
            self.assertEqual(amount(known[name].default, known[name].unit), value, name)

    def test_names_belong_to_options(self):
        self.assertEqual({name.option for name in names()} - {option.name for option in options()}, set())

    def test_names_are_those_of_the_types(self):
        for function, (own, tls) in INTERFACES.items():
            in_types = {name for interface in own for name in members(interface)}
            in_types |= {f"tls.{name}" for interface in tls for name in members(interface)}
            in_list = {name.name for name in names() if name.program == function}
            self.assertEqual(in_list, in_types - OWN[function], function)

    def test_defaults_are_those_of_the_types(self):
        known = {option.name: option for option in options()}
        for name in names():
            option = known[name.option]
            if name.program not in INTERFACES or option.kind != "NUMBER" or name.unit not in ("ms", "s", "streams"):
                continue
            default = option.default // 1000 if name.unit == "s" else option.default
            comment = next(members(i)[name.name] for i in INTERFACES[name.program][0] if name.name in members(i))
            self.assertIn(f"Default: {default:,}", comment, name)

    @unittest.skipUnless(TOOL, "needs USQUIC_TOOL")
    def test_names_are_those_of_the_command(self):
        known = {option.name: option for option in options()}
        for program in sorted({name.program for name in names() if name.program.startswith("usquic")}):
            done = subprocess.run([TOOL, *program.split()[1:], "--help"], capture_output=True, text=True, check=True)
            for name in (name for name in names() if name.program == program):
                switch = re.search(rf"(?<![\w-]){name.name}(?![\w-]) *(.*)", done.stdout)
                self.assertIsNotNone(switch, f"{program} {name.name}")
                if name.unit == "s":
                    default = known[name.option].default // 1000
                    self.assertRegex(switch.group(1), rf"\[{default}\]|={default}\b")  # by CLI11's version


if __name__ == "__main__":
    unittest.main()
