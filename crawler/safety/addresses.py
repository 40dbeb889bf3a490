"""Which addresses belong to the public internet, and which private ones a crawl may connect to."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC: Final[tuple[Network, ...]] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this host (RFC 791 3.2)
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private use (RFC 1918)
            "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
            "127.0.0.0/8",  # loopback (RFC 1122 3.2.1.3)
            "169.254.0.0/16",  # link-local, and the metadata services of clouds (RFC 3927)
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # 6to4 relays, given up (RFC 7526)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved, and broadcast (RFC 1112 4)
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID (RFC 2928)
            "2001:db8::/32", "3fff::/20",  # documentation (RFC 3849, RFC 9637)
            "5f00::/16",  # segment routing (RFC 9602)
        ),
    )
)  # fmt: skip
"""IPv4, and what of the IPv6 unicast space is not for everybody: the IANA special-purpose registries."""

_GLOBAL_UNICAST: Final = ip_network("2000::/3")
"""All that IANA gives out of IPv6; loopback, link-local, unique local, site-local and multicast lie outside."""
_NAT64: Final = ip_network("64:ff9b::/96")
"""The last 32 bits are the IPv4 address that is reached (RFC 6052)."""
_6TO4: Final = ip_network("2002::/16")
"""Bits 16 to 48 are the IPv4 address that is reached (RFC 3056)."""
_LOOPBACK: Final[tuple[Network, ...]] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_LOCAL_NAME: Final = re.compile(r"(?:[^.]+|.+\.(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|test))")
"""Names that nobody can register: without a dot, or below a reserved top level (RFC 6761, RFC 6762, RFC 8375)."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, also by the IPv4 address that an IPv6 one stands for.

    Mapped (``::ffff:10.0.0.1``), NAT64 and 6to4 forms are judged by what they lead to; a zone (``%eth0``) is never
    public.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC if network.version == 4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _6TO4:
        return is_public(IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and not any(address in network for network in NOT_PUBLIC if network.version == 6)


def literal(host: str) -> Address | None:
    """The address that a host is a spelling of; None for a name.

    Read as the C library reads it, which connects to ``2130706433``, ``0x7f.1`` and ``0177.0.0.1`` alike (inet_aton).
    """
    host = host.strip("[]").rstrip(".")
    try:
        return ip_address(host)
    except ValueError:
        pass  # inet_aton knows more spellings
    try:
        return IPv4Address(socket.inet_aton(host)) if host and host[0] in "0123456789" else None
    except OSError:
        return None


def is_local_name(host: str) -> bool:
    """Whether a name belongs to no public domain: ``localhost``, ``intranet``, ``printer.local``."""
    return bool(_LOCAL_NAME.fullmatch(host.rstrip(".").lower()))


class HostsError(ValueError):
    """An entry of ALLOW_PRIVATE_HOSTS that says nothing."""


@dataclass(frozen=True, slots=True)
class PrivateHosts:
    """Private hosts that may be connected to."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    is_everything: bool = False

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Self:
        """From the entries of ALLOW_PRIVATE_HOSTS: names, addresses, networks (``10.1.0.0/16``), ``*`` for all.

        :raises HostsError: for anything else
        """
        names: set[str] = set()
        networks: list[Network] = []
        is_everything = False
        for entry in (str(entry).strip().lower() for entry in entries):
            if entry == "*":
                is_everything = True
            elif re.fullmatch(r"[0-9.]+(/[0-9]+)?|[0-9a-f.]*:[0-9a-f:.]*(/[0-9]+)?", entry):
                try:
                    networks.append(ip_network(entry, strict=False))
                except ValueError as error:
                    raise HostsError(f"{entry!r} is no address and no network ({error})") from error
            elif re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", entry):
                names.add(entry.rstrip("."))
            elif entry:
                raise HostsError(f"{entry!r} is no host name, address or network (without scheme and port)")
        return cls(frozenset(names), tuple(networks), is_everything)

    def typed(self, host: str) -> Self:
        """These and a host that the operator named as one to visit.

        Only a host that is private by its looks counts, an address or a local name: any public name may be somebody
        else's who lets it point to a private address. A loopback host means all of loopback, since the parts of a site
        on one's own machine lie on several ports and spellings of it.
        """
        host = host.lower().strip("[]").rstrip(".")
        address = literal(host)
        if address is not None and is_public(address):
            return self
        if address is None and not is_local_name(host):
            return self
        names, networks = self.names, self.networks
        if address is None:
            names |= {host}
        is_loopback = host == "localhost" or host.endswith(".localhost")
        if is_loopback or any(address in network for network in _LOOPBACK if address is not None):
            networks = tuple(dict.fromkeys((*networks, *_LOOPBACK)))
        elif address is not None:
            networks = tuple(dict.fromkeys((*networks, ip_network(address))))
        return type(self)(names, networks, self.is_everything)

    def refusal(self, host: str, address: str) -> str | None:
        """Why no connection is made; None when it may be.

        :param host: the host as it stands in the URL
        :param address: the address that it was resolved to, and that is about to be connected to
        """
        try:
            found = ip_address(address)
        except ValueError:
            return f"{host} was not resolved to an address but to {address!r}"
        if self.is_everything or is_public(found) or host.lower().strip("[]").rstrip(".") in self.names:
            return None
        reached = found.ipv4_mapped if isinstance(found, IPv6Address) and found.ipv4_mapped else found
        if any(each in network for each in (found, reached) for network in self.networks):
            return None
        place = address if literal(host) == found else f"{host} ({address})"
        return f"{place} is no address of the public internet (ALLOW_PRIVATE_HOSTS)"
