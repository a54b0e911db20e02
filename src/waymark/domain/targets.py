"""Whom this server may be made to call: addresses out in the world, and what its operator allows.

Nothing is resolved and nothing is connected to here; a name is judged by the addresses it leads to.
"""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, TypeAlias

import msgspec

from waymark.domain.refusal import Refusal

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_PORTS: Final = {"https": 443, "http": 80}
_MAX_PORT: Final = 65_535
_FIRST_FREE_PORT: Final = 1_024
"""Below it live other services, which must not be spoken to in their place."""
_MAX_NAME: Final = 253

# One grammar of our own, far narrower than what libraries take: no userinfo, fragment, backslash,
# percent-encoded host or other script's digits, so that no two readers see two hosts in one text.
_URL: Final = re.compile(
    r"(?P<scheme>(?i:https?))://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[\w.~:/@!$&'()*+,;=%\[\]-]*)?"
    r"(?P<query>\?[\w.~:/?@!$&'()*+,;=%\[\]-]*)?",
    re.ASCII,
)
_NAME: Final = re.compile(r"(?:(?!-)[0-9a-z_-]{1,63}(?<!-)\.)*[a-z][0-9a-z-]{0,61}[0-9a-z]")
"""The last label begins with a letter: `127.1`, `0x7f.1` and `2130706433` are addresses to a resolver."""
_NUMERIC: Final = re.compile(r"[0-9.]+")
_INSIDE: Final = ("localhost", "local", "internal", "home.arpa")
"""Names that never lead out (RFC 6761, 6762, 8375, and the one ICANN set aside)."""

_NOT_OUT_THERE: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # a cloud's own wire server, although the address is public
            "169.254.0.0/16",  # link-local, instance metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
            "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which carries any IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
"""All that is handed out. Mapped, compatible, NAT64, unique-local, link-local, multicast are outside."""


class Allowed(msgspec.Struct, frozen=True):
    """What an operator opens beside the world: networks, and hosts of which nothing more is asked."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, items: Sequence[str]) -> "Allowed":
        """From texts that are each a network, an address or a host's name."""
        networks, hosts = list[Network](), set[str]()
        for item in items:
            try:
                networks.append(ip_network(item))
            except ValueError:
                hosts.add(item.lower())
        return cls(tuple(networks), frozenset(hosts))

    def takes(self, address: Address) -> bool:
        """Whether an address may be connected to."""
        return self.opens(address) or is_out_there(address)

    def opens(self, address: Address) -> bool:
        """Whether an address lies in a network that was opened."""
        return any(address in network for network in self.networks)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A web address taken apart; `path` is what a request asks for, with its query."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None
    """What the host is when it is no name."""
    is_free: bool
    """The operator named this very host: where its name leads is not looked at."""

    @property
    def authority(self) -> str:
        """As the Host header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, allowed: Allowed) -> Target:
    """The target that an address names; Refusal when it can only lead inside, or to no web server.

    A name is not looked up, so what it leads to must still be asked of `allowed` when it is.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise Refusal("invalid", "https://, a host in ASCII, and nothing but a port, a path and a query.")
    scheme, host = found["scheme"].lower(), found["host"].lower().strip("[]")
    address = _address(host) if found["host"].startswith("[") or _NUMERIC.fullmatch(host) else None
    is_free = host in allowed.hosts
    is_open = is_free or (address is not None and allowed.opens(address))
    target = Target(
        scheme=scheme,
        host=host,
        port=int(found["port"] or _PORTS[scheme]),
        path=(found["path"] or "/") + (found["query"] or ""),
        address=address,
        is_free=is_free,
    )
    if not 0 < target.port <= _MAX_PORT:
        raise Refusal("invalid", "There is no such port.")
    if not is_open:
        _check_out_there(target)
    return target


def _check_out_there(target: Target) -> None:
    if target.address is None and not _is_public_name(target.host):
        raise Refusal("not_allowed", "A host that the whole internet knows by this name.")
    if target.address is not None and not is_out_there(target.address):
        raise Refusal("not_allowed", "Not an address inside a network.")
    if target.scheme != "https":
        raise Refusal("not_allowed", "Use https://.")
    if target.port < _FIRST_FREE_PORT and target.port not in _PORTS.values():
        raise Refusal("not_allowed", f"Port 443, 80, or one from {_FIRST_FREE_PORT}.")


def _address(host: str) -> Address:
    """A literal address in its one plain form; octal, short and zoned ones are refused."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        raise Refusal("invalid", "Not an IP address as it is usually written.") from None


def _is_public_name(host: str) -> bool:
    if len(host) > _MAX_NAME or "." not in host or not _NAME.fullmatch(host):
        return False
    return not any(host == name or host.endswith(f".{name}") for name in _INSIDE)


def is_out_there(address: Address) -> bool:
    """Whether an address belongs to some machine of the internet, not to a network behind us."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    return not any(address in network for network in _NOT_OUT_THERE)
