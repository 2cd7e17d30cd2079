package feed

import (
	"fmt"
	"net/netip"
	"syscall"
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

// isPrivate reports whether an address is not one of the open Internet. IPv6 addresses
// that carry an IPv4 one, mapped or translated, cannot be used to get round this.
func isPrivate(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsPrivate() || a.IsMulticast() ||
		a.IsLinkLocalUnicast() || a.IsInterfaceLocalMulticast() || a.IsLinkLocalMulticast() {
		return true
	}
	for _, p := range reserved() {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// reserved lists the ranges of the IANA special-purpose registries that netip has no
// method for.
func reserved() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{0}), 8),             // this network
		netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10),      // carrier-grade NAT
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 0}), 24),    // protocol assignments
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2}), 24),    // documentation
		netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18}), 15),      // benchmarks
		netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100}), 24), // documentation
		netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113}), 24),  // documentation
		netip.PrefixFrom(netip.AddrFrom4([4]byte{240}), 4),           // reserved, and broadcast
		netip.MustParsePrefix("::/96"),                               // IPv4-compatible
		netip.MustParsePrefix("::ffff:0:0:0/96"),                     // IPv4-translated
		netip.MustParsePrefix("64:ff9b::/96"),                        // IPv4 behind NAT64
		netip.MustParsePrefix("64:ff9b:1::/48"),                      // local NAT64
		netip.MustParsePrefix("100::/64"),                            // discard
		netip.MustParsePrefix("2001::/23"),                           // Teredo and other assignments
		netip.MustParsePrefix("2001:db8::/32"),                       // documentation
		netip.MustParsePrefix("2002::/16"),                           // 6to4
		netip.MustParsePrefix("fec0::/10"),                           // site-local
	}
}
