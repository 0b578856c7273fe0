// Package resolver asks the resolver of this host for the addresses of names, within deadlines: one that never answers holds nobody up.
package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Answer is what came of one name: addresses, sorted, or why there are none.
type Answer struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses,omitempty"`
	Failed    string   `json:"failed,omitempty"`
	// Unknown is set when the resolver answered, and knows no address.
	Unknown bool `json:"unknown,omitempty"`
}

// Resolver asks.
type Resolver struct {
	Net  *net.Resolver // nil: this host's, by its /etc/resolv.conf
	Each time.Duration // for one name
	All  time.Duration // for all of them
	Jobs int           // names that are asked for at a time
	Most int           // names that are asked for at all
}

// Host is the resolver of this host.
func Host() Resolver {
	return Resolver{Each: 2 * time.Second, All: 10 * time.Second, Jobs: 16, Most: 500}
}

// Ask asks for each name once and returns in the order of the names. It takes no longer than All, whatever the resolver does: what is not answered
// by then has failed. What can be no name of a host is not sent.
func (r Resolver) Ask(ctx context.Context, names []string) []Answer {
	ctx, cancel := context.WithTimeout(ctx, r.All)
	defer cancel()
	out := make([]Answer, len(names))
	turn := make(chan struct{}, r.Jobs)
	var group sync.WaitGroup
	for i, name := range names {
		out[i].Name = name
		if reason := r.refuse(i, name); reason != "" {
			out[i].Failed = reason
			continue
		}
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			out[i].Failed = fmt.Sprintf("not asked for: the others took %s", r.All)
			continue
		}
		group.Go(func() {
			defer func() { <-turn }()
			r.ask(ctx, &out[i])
		})
	}
	group.Wait()
	return out
}

func (r Resolver) refuse(i int, name string) string {
	switch {
	case !Valid(name):
		return "can be no name of a host"
	case i >= r.Most:
		return fmt.Sprintf("not asked for: there are more than %d names", r.Most)
	}
	return ""
}

func (r Resolver) ask(ctx context.Context, a *Answer) {
	one, cancel := context.WithTimeout(ctx, r.Each)
	defer cancel()
	by := r.Net
	if by == nil {
		by = net.DefaultResolver
	}
	list, err := by.LookupNetIP(one, "ip", a.Name)
	if err != nil {
		a.Failed, a.Unknown = r.reason(ctx, one, err)
		return
	}
	for _, address := range list {
		a.Addresses = append(a.Addresses, address.Unmap().WithZone("").String())
	}
	slices.SortFunc(a.Addresses, func(x, y string) int { return netip.MustParseAddr(x).Compare(netip.MustParseAddr(y)) })
	a.Addresses = slices.Compact(a.Addresses)
}

// reason is what an error says, without the names and servers that stand in it.
func (r Resolver) reason(all, one context.Context, err error) (string, bool) {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case ok && dns.IsNotFound:
		return "the resolver knows no address of it", true
	case all.Err() != nil:
		return fmt.Sprintf("the resolver did not answer: all names together took %s", r.All), false
	case one.Err() != nil || ok && dns.IsTimeout:
		return fmt.Sprintf("the resolver did not answer within %s", r.Each), false
	case ok:
		return "the resolver failed: " + dns.Err, false
	}
	return "the resolver failed: " + err.Error(), false
}

// Valid reports whether a text may be the name of a host, so that nothing else is ever sent to a name server: labels of letters, digits, '-' and '_', each of at
// most 63 bytes, at most 253 in all (RFC 1035), at least one of them with a letter.
func Valid(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return strings.ContainsAny(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz")
}
