package feed

import "net"

// RefusePrivate is the check of each address that is connected to.
var RefusePrivate = refusePrivate

// WrapDialers changes how a client connects, before its first use.
func (c *Client) WrapDialers(wrap func(*net.Dialer)) {
	inner := c.dialers
	c.dialers = func(private bool) func() *net.Dialer {
		return func() *net.Dialer {
			d := inner(private)()
			wrap(d)
			return d
		}
	}
	c.shared = c.ways(Access{})
}
