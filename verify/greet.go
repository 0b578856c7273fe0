package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"a2c/model"
	"a2c/verify/compare"
	"a2c/verify/greet"
)

// greet exchanges the first words of other protocols than HTTP with both, and compares what they say. The live application has one connection for each; so has the
// twin, unless it does not answer yet.
func (r *run) greet(ctx context.Context, twin Twin, t target, settled time.Time) []model.Comparison {
	if !t.known {
		return nil
	}
	live := func(ctx context.Context) (net.Conn, error) { return r.live.dial(ctx, t.live) }
	other := func(ctx context.Context) (net.Conn, error) { return twin.Dial(ctx, t.port, t.inside) }
	var list []model.Comparison
	protocols := greet.For(t.live, r.live.app)
	for _, u := range t.upgrades {
		protocols = append(protocols, greet.WebSocket{Host: cmp.Or(u.Host, hostOf(t)), Path: u.Path, TLS: t.scheme == "https"})
	}
	for _, p := range protocols {
		g := greeting{name: p.Name()}
		g.live, g.liveErr = words(ctx, p, live)
		g.twin, g.twinErr = words(ctx, p, other)
		for g.liveErr == nil && g.twinErr != nil && time.Now().Before(settled) && sleep(ctx, 5*poll) == nil {
			g.twin, g.twinErr = words(ctx, p, other)
		}
		if !slices.Equal(g.live, g.twin) && sleep(ctx, apart) == nil {
			if again, err := words(ctx, p, live); err == nil {
				g.mask(again)
			}
		}
		if ctx.Err() != nil || p.Name() == greet.Banner().Name() && len(g.live)+len(g.twin) == 0 {
			continue // a server that waits for others to speak first: that it listens is compared elsewhere
		}
		c := g.result(r)
		c.Port = t.port
		r.report("compare", fmt.Sprintf("%s %d: same %t", c.Method, c.Port, c.Same), 0)
		list = append(list, c)
	}
	return list
}

func words(ctx context.Context, p greet.Protocol, dial dialer) ([]string, error) {
	c, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return p.Try(ctx, c)
}

// greeting is what both said in one protocol, in lines "NAME: VALUE".
type greeting struct {
	name             string
	live, twin       []string
	liveErr, twinErr error
	masks            []model.Mask
}

// mask leaves out what the live application says differently the second time.
func (g *greeting) mask(again []string) {
	for _, line := range g.live {
		if slices.Contains(again, line) {
			continue
		}
		key, value, _ := strings.Cut(line, ": ")
		if !slices.ContainsFunc(again, func(s string) bool { return strings.HasPrefix(s, key+": ") }) {
			continue
		}
		g.masks = append(g.masks, model.Mask{Kind: model.MaskOther, Where: g.name + " " + key, Bytes: int64(len(value))})
		of := func(s string) bool { return strings.HasPrefix(s, key+": ") }
		g.live, g.twin = slices.DeleteFunc(slices.Clone(g.live), of), slices.DeleteFunc(slices.Clone(g.twin), of)
	}
}

func (g *greeting) result(r *run) model.Comparison {
	clean := func(s string) string { return compare.Visible(r.redact.line(s)) }
	answer := func(lines []string, err error) model.Answer {
		a := model.Answer{Bytes: int64(len(strings.Join(lines, "\n")))}
		if err != nil {
			a.Error = clean(cause(err))
			return a
		}
		for _, l := range lines {
			a.Said = append(a.Said, clean(l))
		}
		sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		a.SHA256 = hex.EncodeToString(sum[:])
		return a
	}
	c := model.Comparison{Method: g.name, Live: answer(g.live, g.liveErr), Twin: answer(g.twin, g.twinErr), Differences: []model.Difference{}, Masks: g.masks}
	if c.Live.Error != "" || c.Twin.Error != "" {
		c.Same = c.Live.Error == c.Twin.Error
		c.ProofWhy = "neither answers: " + c.Live.Error
		if !c.Same {
			c.ProofWhy = ""
			c.Differences = append(c.Differences, model.Difference{What: "greeting", Live: cmp.Or(c.Live.Error, "answers"), Image: cmp.Or(c.Twin.Error, "answers")})
		}
		return c
	}
	gone, added := without(g.live, g.twin), without(g.twin, g.live)
	if c.Same = len(gone)+len(added) == 0; !c.Same {
		c.Differences = append(c.Differences, model.Difference{What: "greeting", Live: clean(cmp.Or(strings.Join(gone, "; "), "none")), Image: clean(cmp.Or(strings.Join(added, "; "), "none"))})
		return c
	}
	if c.Proof = len(g.live) > 0 && !refusedAll(g.live); !c.Proof {
		c.ProofWhy = "neither says more in this protocol"
	}
	return c
}

// refusedAll reports that the server only said no.
func refusedAll(lines []string) bool {
	return !slices.ContainsFunc(lines, func(s string) bool { return !strings.HasPrefix(s, "refused: ") })
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
