package store

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		token, key := newToken(FeedToken)
		got, ok := ParseToken(FeedToken, token)
		if !ok || got != key || len(key.ID) != tokenIDLength || seen[token] || !got.opens(key.sum[:]) {
			t.Fatalf("token %q gives key %v, ok %v", token, got, ok)
		}
		seen[token] = true
		if len(token) > 80 {
			t.Errorf("token %q makes an address too long for some clients", token)
		}
		if _, ok := ParseToken(AppPassword, token); ok {
			t.Error("a token of one kind is taken for another")
		}
		link := strings.Replace(token[:len(token)-tokenCheckLength-1], "feed", "link", 1)
		if _, ok := ParseToken(FeedToken, link+"_"+tokenCheck(link)); ok {
			t.Error("a token of no kind is taken for a feed")
		}
		_, other := newToken(FeedToken)
		if other.opens(key.sum[:]) || other.opens(nil) {
			t.Error("a key opens what is not its own")
		}
	}
}

// FuzzParseToken: whatever is taken for a token is one, letter for letter, and
// of its own kind only.
func FuzzParseToken(f *testing.F) {
	feed, _ := newToken(FeedToken)
	password, _ := newToken(AppPassword)
	for _, seed := range []string{
		feed, password, "", "_", "pf_feed___", "pf_feed_aaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_aaaaaa", feed + ".ics", strings.ToUpper(feed),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		for kind, other := range map[TokenKind]TokenKind{FeedToken: AppPassword, AppPassword: FeedToken} {
			key, ok := ParseToken(kind, token)
			if !ok {
				continue
			}
			if len(key.ID) != tokenIDLength || len(token) != len(kind.prefix())+tokenIDLength+1+tokenSecretLength+1+tokenCheckLength ||
				!strings.HasPrefix(token, kind.prefix()+key.ID+"_") {
				t.Errorf("%q is taken for a token with id %q", token, key.ID)
			}
			if _, both := ParseToken(other, token); both {
				t.Errorf("%q is of two kinds", token)
			}
		}
	})
}
