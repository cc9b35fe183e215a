package outside

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// dnsServer answers with addresses that a test gives, one after the other.
type dnsServer struct {
	conn  net.PacketConn
	mu    sync.Mutex
	names map[string][]netip.Addr
	asked map[string]int
}

func startDNS(t *testing.T) *dnsServer {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &dnsServer{conn: conn, names: map[string][]netip.Addr{}, asked: map[string]int{}}
	t.Cleanup(func() { _ = conn.Close() })
	go d.serve()
	return d
}

// add makes a name that means these addresses, one at each question; the last
// one stays.
func (d *dnsServer) add(addresses ...string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := fmt.Sprintf("n%d.example.nl", len(d.names))
	for _, a := range addresses {
		d.names[name] = append(d.names[name], netip.MustParseAddr(a))
	}
	return name
}

func (d *dnsServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", d.conn.LocalAddr().String())
	}}
}

func (d *dnsServer) serve() {
	buffer := make([]byte, 1500)
	for {
		n, from, err := d.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := d.answer(buffer[:n]); answer != nil {
			_, _ = d.conn.WriteTo(answer, from)
		}
	}
}

// answer answers one question (RFC 1035 section 4.1).
func (d *dnsServer) answer(q []byte) []byte {
	if len(q) < 12 {
		return nil
	}
	var labels []string
	at := 12
	for at < len(q) && q[at] != 0 {
		labels = append(labels, string(q[at+1:at+1+int(q[at])]))
		at += 1 + int(q[at])
	}
	kind := binary.BigEndian.Uint16(q[at+1:])
	question := q[12 : at+5]
	d.mu.Lock()
	name := strings.ToLower(strings.Join(labels, "."))
	list := d.names[name]
	var address netip.Addr
	if len(list) > 0 {
		// A and AAAA are asked together: both count as one question.
		address = list[min(d.asked[name]/2, len(list)-1)]
		d.asked[name]++
	}
	d.mu.Unlock()
	out := append([]byte{}, q[:2]...)
	match := address.IsValid() && (kind == 1 && address.Is4() || kind == 28 && address.Is6())
	flags, count := uint16(0x8180), uint16(0)
	if len(list) == 0 {
		flags |= 3 // no such name
	}
	if match {
		count = 1
	}
	for _, v := range []uint16{flags, 1, count, 0, 0} {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	out = append(out, question...)
	if match {
		raw := address.AsSlice()
		out = append(out, 0xc0, 12)
		out = binary.BigEndian.AppendUint16(out, kind)
		out = binary.BigEndian.AppendUint16(out, 1)
		out = binary.BigEndian.AppendUint32(out, 0)
		out = binary.BigEndian.AppendUint16(out, uint16(len(raw)))
		out = append(out, raw...)
	}
	return out
}
