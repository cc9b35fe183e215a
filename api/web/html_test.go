package web_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// node is an element of a page, enough of a DOM for the checks here.
type node struct {
	tag      string
	attrs    map[string]string
	children []*node
	parent   *node
	own      strings.Builder
}

var (
	voids    = regexp.MustCompile(`<(meta|link|input|br)([^>]*)>`)
	booleans = regexp.MustCompile(` (open|selected)(>| )`)
)

// parse reads a page strictly: once void elements are closed and boolean
// attributes have a value, our HTML must be well-formed XML.
func parse(t *testing.T, page string) *node {
	t.Helper()
	body, ok := strings.CutPrefix(page, "<!doctype html>")
	if !ok {
		t.Fatalf("page does not begin with a doctype: %.40q", page)
	}
	body = booleans.ReplaceAllString(voids.ReplaceAllString(body, "<$1$2/>"), ` $1=""$2`)
	decoder := xml.NewDecoder(strings.NewReader(body))
	root := &node{tag: "#root"}
	for at := root; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%.400s", err, body[max(0, decoder.InputOffset()-300):])
		}
		switch token := token.(type) {
		case xml.StartElement:
			child := &node{tag: token.Name.Local, parent: at, attrs: make(map[string]string)}
			for _, a := range token.Attr {
				if _, twice := child.attrs[a.Name.Local]; twice {
					t.Errorf("<%s> has attribute %s twice", child.tag, a.Name.Local)
				}
				child.attrs[a.Name.Local] = a.Value
			}
			at.children = append(at.children, child)
			at = child
		case xml.EndElement:
			at = at.parent
		case xml.CharData:
			at.own.Write(token)
		}
	}
}

// all lists the elements with one of the tags, or every element without any.
func (n *node) all(tags ...string) []*node {
	var found []*node
	for _, c := range n.children {
		if len(tags) == 0 || slices.Contains(tags, c.tag) {
			found = append(found, c)
		}
		found = append(found, c.all(tags...)...)
	}
	return found
}

// text is the text of an element and what is in it.
func (n *node) text() string {
	parts := []string{n.own.String()}
	for _, c := range n.children {
		parts = append(parts, c.text())
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// inside reports whether an ancestor has the tag.
func (n *node) inside(tag string) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p.tag == tag {
			return true
		}
	}
	return false
}
