package files

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/wijkplanner/wijkplanner/planner"
)

// node is a part of a YAML file, read by hand so that all its faults are found
// at once, each with its place. Anchors, aliases and tags are refused: nothing
// here needs them, and they can make a small file endless.
type node struct {
	rep  *report
	file string
	// field is the way to the node, "requirements[2].minimum".
	field string
	n     ast.Node
	// place is the parent's, for what is not there.
	place place
}

// parseYAML returns the root of a YAML file, or false with its fault reported.
func parseYAML(rep *report, name string, text []byte) (node, bool) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		f := Fault{File: name, Message: "not YAML: " + err.Error()}
		var bad yaml.Error
		if errors.As(err, &bad) {
			f.Message = "not YAML: " + bad.GetMessage()
			if t := bad.GetToken(); t != nil {
				f.Line, f.Column = t.Position.Line, t.Position.Column
			}
		}
		rep.add(f)
		return node{}, false
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		rep.file(name, "want one YAML document with keys")
		return node{}, false
	}
	return node{rep: rep, file: name, n: file.Docs[0].Body, place: place{1, 1}}, true
}

// missing reports a node that is not there or empty.
func (n node) missing() bool {
	if n.n == nil {
		return true
	}
	_, null := n.n.(*ast.NullNode)
	return null
}

func (n node) at() place {
	switch x := n.n.(type) {
	case nil:
		return n.place
	case *ast.MappingNode:
		// The token of a block mapping is its first colon.
		if len(x.Values) > 0 && !x.IsFlowStyle {
			return tokenPlace(x.Values[0].Key.GetToken(), n.place)
		}
	case *ast.MappingValueNode:
		return tokenPlace(x.Key.GetToken(), n.place)
	}
	return tokenPlace(n.n.GetToken(), n.place)
}

func tokenPlace(t *token.Token, otherwise place) place {
	if t == nil || t.Position == nil {
		return otherwise
	}
	return place{t.Position.Line, t.Position.Column}
}

func (n node) fault(format string, args ...any) {
	p := n.at()
	n.rep.add(Fault{File: n.file, Line: p.line, Column: p.column, Field: n.field, Message: fmt.Sprintf(format, args...)})
}

// scalar returns a plain value, empty when there is none.
func (n node) scalar() value {
	p := n.at()
	v := value{rep: n.rep, file: n.file, line: p.line, column: p.column, field: n.field}
	switch x := n.n.(type) {
	case nil, *ast.NullNode:
	case *ast.StringNode:
		v.text = strings.TrimSpace(x.Value)
	case *ast.LiteralNode:
		v.text = strings.TrimSpace(x.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		v.text = strings.TrimSpace(n.n.GetToken().Value)
	default:
		n.fault("want a plain value, not %s", kindOf(n.n))
	}
	// A registration is no citizen number, and passes the same test.
	if !strings.Contains(n.field, "location") && planner.HasBSN(v.text) {
		v.fault("looks like a citizen service number (BSN), which may not be kept: remove it")
		v.text = strings.Map(wiped, v.text)
	}
	if strings.ContainsFunc(v.text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		v.fault("control characters and line breaks are not allowed")
		v.text = strings.Map(dropControl, v.text)
	}
	return v
}

// items returns the parts of a sequence.
func (n node) items() []node {
	if n.missing() {
		return nil
	}
	seq, ok := n.n.(*ast.SequenceNode)
	if !ok {
		n.fault("want a list, not %s", kindOf(n.n))
		return nil
	}
	out := make([]node, len(seq.Values))
	for i, item := range seq.Values {
		out[i] = node{rep: n.rep, file: n.file, field: fmt.Sprintf("%s[%d]", n.field, i), n: item, place: n.at()}
	}
	return out
}

// scalars returns a sequence of plain values.
func (n node) scalars() []value {
	items := n.items()
	out := make([]value, len(items))
	for i, item := range items {
		out[i] = item.scalar()
		if out[i].empty() {
			item.fault("is empty")
		}
	}
	return out
}

// fields is a mapping of a YAML file.
type fields struct {
	self node
	of   map[string]node
}

// mapping reads a mapping. Keys lists the names it may have, separated by
// spaces; those with a '!' must be there.
func (n node) mapping(keys string) fields {
	f := fields{self: n, of: make(map[string]node)}
	var pairs []*ast.MappingValueNode
	switch x := n.n.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		pairs = x.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{x}
	default:
		n.fault("want keys and values (%s), not %s", listed(keys), kindOf(n.n))
		return f
	}
	for _, pair := range pairs {
		f.add(pair, keys)
	}
	for key := range strings.FieldsSeq(keys) {
		if name, needed := strings.CutSuffix(key, "!"); needed && f.get(name).missing() {
			f.get(name).fault("is needed")
		}
	}
	return f
}

func (f *fields) add(pair *ast.MappingValueNode, keys string) {
	n := f.self
	name := pair.Key.GetToken().Value
	at := node{rep: n.rep, file: n.file, field: n.field, n: pair.Key, place: n.at()}
	known := false
	for key := range strings.FieldsSeq(keys) {
		known = known || strings.TrimSuffix(key, "!") == name
	}
	_, twice := f.of[name]
	switch {
	case !known:
		at.fault("unknown key %q; known are %s", name, listed(keys))
	case twice:
		at.fault("the key %q is there twice", name)
	default:
		f.of[name] = node{rep: n.rep, file: n.file, field: join(n.field, name), n: pair.Value, place: at.at()}
	}
}

// get returns the node of a key; an empty one at the place of the mapping when
// there is none.
func (f fields) get(key string) node {
	if n, ok := f.of[key]; ok {
		return n
	}
	return node{rep: f.self.rep, file: f.self.file, field: join(f.self.field, key), place: f.self.at()}
}

func (f fields) scalar(key string) value { return f.get(key).scalar() }

func (f fields) has(key string) bool { return !f.get(key).missing() }

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// kindOf names the kind of a node for people.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode:
		return "an anchor or alias (&, *)"
	case *ast.TagNode:
		return "a tag (!)"
	case *ast.MergeKeyNode:
		return "a merge (<<)"
	}
	return "a plain value"
}
