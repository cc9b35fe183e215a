package v1

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
)

// etagOf returns the entity tag of a representation: a strong one, since equal
// tags mean equal bytes (RFC 9110 section 8.8.3).
func etagOf(representation any) string {
	// Wire types always have a JSON form.
	body, _ := json.Marshal(representation)
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// unchanged lets a write pass when If-Match names what there is now, else it is
// the problem to answer, with what there is now: 428 without If-Match, 412 with
// another tag. It is asked inside the transaction that writes.
func unchanged(ifMatch string, current any) error {
	if ifMatch == "" {
		return problem.New(problem.NeedsIfMatch)
	}
	tag := etagOf(current)
	for one := range strings.SplitSeq(ifMatch, ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return nil
		}
	}
	p := problem.New(problem.Changed)
	p.Current = current
	return p
}
