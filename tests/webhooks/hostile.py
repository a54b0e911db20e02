"""Addresses that lead inside a network, in every dress in which a reader of addresses might let them pass.

Only texts; what must happen to them, the tests say.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

INSIDE_IPV4 = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104  # to be refused
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "192.0.2.1",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
)
INSIDE_IPV6 = (
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::1",
)
NAMES = (
    "localhost",
    "LOCALHOST",
    "localhost.",
    "db.localhost",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
    "intranet",
    "planner.example.",
    ".planner.example",
    "planner..example",
    "-planner.example",
    "planner-.example",
    "planner.example-",
    "planner.1",
    "planner.0x1",
    "xn--.",
    "a" * 64 + ".example",
    "a." * 127 + "example",
)
WHOLE = (
    "ftp://planner.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "javascript:alert(1)",
    "//planner.example/",
    "https:planner.example",
    "https:///planner.example",
    "https://",
    "https:///",
    "https://?x",
    "https://:443/",
    "https://planner.example:/",
    "https://planner.example:0/",
    "https://planner.example:65536/",
    "https://planner.example:99999999999/",
    "https://planner.example:-1/",
    "https://planner.example:4_43/",
    "https://planner.example:22/",
    "https://planner.example:25/",
    "https://planner.example:445/",
    "http://planner.example/",
    "https://ada@planner.example/",
    "https://ada:pass@planner.example/",
    "https://planner.example@127.0.0.1/",
    "https://127.0.0.1@planner.example/",
    "https://planner.example#@127.0.0.1/",
    "https://127.0.0.1#.planner.example/",
    "https://127.0.0.1\\@planner.example/",
    "https://planner.example\\.127.0.0.1/",
    "https:\\\\127.0.0.1\\",
    "https://127.0.0.1%2eplanner.example/",
    "https://127%2e0%2e0%2e1/",
    "https://%6c%6f%63alhost/",
    "https://planner.example%00.127.0.0.1/",
    "https://planner.example\t/",
    "https://planner.example /",
    "https://planner.example/a b",
    "https://planner.example/é",
    "https://planner.example/\r\nHost: 127.0.0.1",
    "https://plänner.example/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://127。0。0。1/",  # to be refused
    "https://ｌｏｃａｌｈｏｓｔ/",  # likewise
    "https://[::1/",
    "https://::1]/",
    "https://[127.0.0.1]/",
    "https://[::1%25lo]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::ffff:127.0.0.1%25lo]/",
    "https://[planner.example]/",
    "https://[v1.::1]/",
)


def dressed(text: str) -> Iterator[str]:
    """An IPv4 address as hosts in addresses have been written to get past a check."""
    whole, parts = int(IPv4Address(text)), [int(part) for part in text.split(".")]
    first, *_, last = parts
    mapped = IPv6Address(f"::ffff:{text}")
    yield text
    yield f"{text}."
    yield str(whole)
    yield f"{whole + 2**32}"
    yield hex(whole)
    yield f"0{whole:o}"
    yield ".".join(map(hex, parts))
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:04}" for part in parts)
    yield f"{first}.{whole & 0xFFFFFF}"
    yield f"{first}.{parts[1]}.{whole & 0xFFFF}"
    yield f"{hex(first)}.{parts[1]}.{parts[2]}.0{last:o}"
    yield "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in text)
    yield "".join(chr(ord("٠") + int(digit)) if digit.isdigit() else digit for digit in text)
    yield text.replace(".", "%2e")
    yield f"[{text}]"
    yield f"[::ffff:{text}]"
    yield f"[{mapped.exploded}]"
    yield f"[::{text}]"
    yield f"[64:ff9b::{text}]"
    yield f"[64:ff9b:1::{text}]"
    yield f"[2002:{whole >> 16:x}:{whole & 0xFFFF:x}::1]"
    yield f"[2001:0:{whole >> 16:x}:{whole & 0xFFFF:x}::1]"
    yield f"[fe80::5efe:{text}]"


def hostile(port: int) -> list[str]:
    """Every one of them, leading to a port where somebody listens."""
    hosts = [host for text in INSIDE_IPV4 for host in dressed(text)]
    hosts += [f"[{text}]" for text in INSIDE_IPV6]
    hosts += [*NAMES]
    return [*(f"https://{host}:{port}/hook" for host in hosts), *WHOLE]
