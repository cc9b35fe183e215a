package service

import (
	"fmt"
	"sync"
	"time"
)

const (
	// cachedVisitors bounds the tokens in one generation of the cache.
	cachedVisitors = 4096
	// cachedBytes bounds the renderings in one generation of the cache.
	cachedBytes = 64 << 20
)

// feedCache keeps the tokens that were seen, by the id in them, and what
// calendars say at a revision and a day.
type feedCache struct {
	mu       sync.RWMutex
	visitors generations[string, *visitor]
	readings generations[edition, *Reading]
	zones    map[string]*time.Location
	uses     feedUses
	// revocations counts them: a token that was asked about before one may have
	// been good then and is not to be remembered after it.
	revocations int
}

func (c *feedCache) visitor(id string) *visitor {
	c.mu.RLock()
	v, young := c.visitors.young[id]
	c.mu.RUnlock()
	if young {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v, _ = c.visitors.get(id, cachedVisitors)
	return v
}

// asking returns what keep wants to know of the moment of the question.
func (c *feedCache) asking() (revocations int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.revocations
}

// keep remembers a visitor, unless a feed was revoked since the question.
func (c *feedCache) keep(id string, v *visitor, revocations int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revocations == revocations {
		c.visitors.put(id, v, 1, cachedVisitors)
	}
}

func (c *feedCache) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visitors.remove(id)
}

func (c *feedCache) revoke(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.revocations++
	c.visitors.remove(id)
}

// reading returns the reading of an edition: the one that is there, else a new
// one.
func (c *feedCache) reading(e edition, fresh func() *Reading) *Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.readings.get(e, cachedBytes); ok {
		return r
	}
	r := fresh()
	c.readings.put(e, r, 1, cachedBytes)
	return r
}

// weigh counts the bytes of a reading that was rendered. Readings that nobody
// asked for in the mean time lose their plain text: what is compressed stays
// with those who know them, in case the database goes away.
func (c *feedCache) weigh(e edition, r *Reading, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, dropped := range c.readings.put(e, r, bytes, cachedBytes) {
		dropped.shrink()
	}
}

// zone returns a time zone by its IANA name.
func (c *feedCache) zone(name string) (*time.Location, error) {
	c.mu.RLock()
	zone := c.zones[name]
	c.mu.RUnlock()
	if zone != nil {
		return zone, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.zones == nil {
		c.zones = map[string]*time.Location{}
	}
	c.zones[name] = zone
	return zone, nil
}

// generations is a bounded map: when the young generation is full it becomes
// the old one, and what nobody asked for in the mean time is gone.
type generations[K comparable, V any] struct {
	young, old map[K]V
	weights    map[K]int // of the young
	weight     int       // of all the young together
}

func (g *generations[K, V]) get(k K, limit int) (V, bool) {
	if v, ok := g.young[k]; ok {
		return v, true
	}
	v, ok := g.old[k]
	if ok {
		g.put(k, v, 1, limit)
	}
	return v, ok
}

// put keeps a value of some weight and returns the values that it drives out.
func (g *generations[K, V]) put(k K, v V, weight, limit int) (out []V) {
	if before, there := g.weights[k]; there {
		g.weight -= before
	} else if g.weight+weight > limit && len(g.young) > 0 {
		for key, value := range g.old {
			if _, kept := g.young[key]; !kept {
				out = append(out, value)
			}
		}
		g.old, g.young, g.weight = g.young, nil, 0
	}
	if g.young == nil {
		g.young, g.weights = map[K]V{}, map[K]int{}
	}
	g.young[k], g.weights[k] = v, weight
	g.weight += weight
	return out
}

func (g *generations[K, V]) remove(k K) {
	g.weight -= g.weights[k]
	delete(g.young, k)
	delete(g.weights, k)
	delete(g.old, k)
}
