package feed

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/net/idna"
)

// A privateError says that a connection was refused because of where it would lead.
type privateError struct{ addr netip.Addr }

// Error says how to allow the address.
func (e *privateError) Error() string {
	return fmt.Sprintf("address %s is private: set allow_private_addresses or private: true on the feed", e.addr)
}

// refusePrivate is a Dialer.Control: it sees the address that is connected to, after DNS,
// so that no name can lead into the own network.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if isPrivate(ap.Addr()) {
		return &privateError{ap.Addr().Unmap().WithZone("")}
	}
	return nil
}

// refuseHost refuses what is written in an address and can be told to be private before
// anyone is asked for it. It matters most where a proxy connects for us: resolvers take
// 2130706433, 0x7f.1 and 0177.0.0.1 for 127.0.0.1.
func refuseHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if isPrivate(a) {
			return &privateError{a.Unmap().WithZone("")}
		}
		return nil
	}
	name, err := idna.Lookup.ToASCII(host) // wide digits are digits, and 。 is a dot
	if err != nil {
		name = host
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return &privateError{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	a, figures := figured(name)
	switch {
	case !figures:
		return nil
	case !a.IsValid():
		return fmt.Errorf("%q is neither a name nor an address", host)
	case isPrivate(a):
		return &privateError{a}
	}
	return nil
}

// figured reads an IPv4 address as inet_aton does: up to four numbers, decimal, octal or
// hexadecimal, the last of which fills what is left. It reports whether the host is
// written in figures at all: no name ends in a number. The address is invalid if it is
// written in figures and is none.
func figured(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if _, ok := number(parts[len(parts)-1]); !ok {
		return netip.Addr{}, false
	}
	if len(parts) > 4 {
		return netip.Addr{}, true
	}
	var value uint64
	for i, p := range parts {
		n, ok := number(p)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if !ok || n >= 1<<bits {
			return netip.Addr{}, true
		}
		value = value<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

// number reads digits, octal after 0 and hexadecimal after 0x. What is too large for an
// address is still a number.
func number(s string) (uint64, bool) {
	digits, base := s, 10
	switch {
	case strings.HasPrefix(s, "0x"):
		digits, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		digits, base = s[1:], 8
	}
	if digits == "" && base == 16 {
		return 0, true // 0x is zero to some
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil && base == 8 {
		n, err = strconv.ParseUint(digits, 10, 64)
		if err == nil {
			n = 1 << 40 // 08: in figures, and no number
		}
	}
	if errors.Is(err, strconv.ErrRange) {
		return 1 << 40, true
	}
	return n, err == nil
}

// isPrivate reports whether an address is not one of the open Internet. IPv6 addresses
// that carry an IPv4 one cannot be used to get round this.
func isPrivate(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsPrivate() || a.IsMulticast() ||
		a.IsLinkLocalUnicast() || a.IsInterfaceLocalMulticast() || a.IsLinkLocalMulticast() {
		return true
	}
	if v4, ok := carried(a); ok && isPrivate(v4) {
		return true
	}
	if a.Is6() && !globalUnicast.Contains(a) && !nat64.Contains(a) {
		return true
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// carried is the IPv4 address that a gateway would take out of an IPv6 one. A network
// without IPv4 reaches all of the open Internet's by the first prefix.
func carried(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:])), true
	case a.Is6() && (b[8] == 0 || b[8] == 2) && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE: // ISATAP
		return netip.AddrFrom4([4]byte(b[12:])), true
	}
	return netip.Addr{}, false
}

var (
	globalUnicast = netip.MustParsePrefix("2000::/3") // all that is given out of IPv6
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour     = netip.MustParsePrefix("2002::/16")
)

// reserved are the ranges of the IANA special-purpose registries that netip has no method
// for, and one address that clouds keep for themselves.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("100.64.0.0/10"),    // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),     // documentation
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),  // documentation
	netip.MustParsePrefix("203.0.113.0/24"),   // documentation
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	netip.MustParsePrefix("168.63.129.16/32"), // Azure's wire server
	netip.MustParsePrefix("2001::/23"),        // Teredo and other assignments
	netip.MustParsePrefix("2001:db8::/32"),    // documentation
	netip.MustParsePrefix("3fff::/20"),        // documentation
}
