package api

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The namespaces of WebDAV (RFC 4918), CalDAV (RFC 4791), and of the two
// extensions that programs ask for.
const (
	nsDAV    = "DAV:"
	nsCalDAV = "urn:ietf:params:xml:ns:caldav"
	nsCS     = "http://calendarserver.org/ns/"
	nsApple  = "http://apple.com/ns/ical/"
)

// prefixes are the names of the namespaces in our answers.
var prefixes = map[string]string{nsDAV: "d", nsCalDAV: "c", nsCS: "cs", nsApple: "a"}

func dav(local string) xml.Name    { return xml.Name{Space: nsDAV, Local: local} }
func caldav(local string) xml.Name { return xml.Name{Space: nsCalDAV, Local: local} }

// Limits of a request's XML: a program asks for a few thousand events at once,
// in elements nested a few deep.
const (
	maxXMLBytes    = 1 << 20
	maxXMLDepth    = 16
	maxXMLElements = 20_000
	// A program asks for some twenty properties, several of them not ours.
	maxProperties    = 64
	maxPropertyBytes = 4 << 10
	// A program asks with a time range and a condition or two; every event of the
	// calendar is held against each.
	maxFilterElements = 64
)

// element is an element of a request.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*element
	content  []byte
}

// text is the text in the element, without that of its children.
func (e *element) text() string { return string(e.content) }

// size counts the elements in an element, itself left out; nil has none.
func (e *element) size() int {
	if e == nil {
		return 0
	}
	n := len(e.children)
	for _, c := range e.children {
		n += c.size()
	}
	return n
}

// child returns the first child of a name, nil when there is none.
func (e *element) child(name xml.Name) *element {
	if e != nil {
		for _, c := range e.children {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// attr returns the value of an attribute, empty when it has none.
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// parseXML reads a request's body. An empty one gives nil.
func parseXML(body io.Reader) (*element, error) {
	decoder := xml.NewDecoder(body)
	var open []*element
	var root *element
	for count := 0; ; {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) == 0:
			return root, nil
		case err != nil:
			return nil, fmt.Errorf("XML: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if count++; count > maxXMLElements || len(open) >= maxXMLDepth || root != nil && len(open) == 0 {
				return nil, errors.New("XML: too many elements, too deep, or two roots")
			}
			e := &element{name: token.Name, attrs: token.Attr}
			if root == nil {
				root = e
			} else {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				// Comments can cut a text into a hundred thousand pieces.
				e := open[len(open)-1]
				e.content = append(e.content, token...)
			}
		case xml.Directive:
			return nil, errors.New("XML: a document type")
		}
	}
}

// multistatus is an answer for several resources (RFC 4918 section 13).
type multistatus struct{ out strings.Builder }

func newMultistatus() *multistatus {
	m := &multistatus{}
	m.out.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<d:multistatus xmlns:d="DAV:" xmlns:c="` + nsCalDAV +
		`" xmlns:cs="` + nsCS + `" xmlns:a="` + nsApple + `">`)
	return m
}

// propertied writes a resource with the properties asked for: those it has, and
// the names of those it has not.
func (m *multistatus) propertied(href string, asked []xml.Name, value func(xml.Name) (inner string, ok bool)) {
	var found, missing strings.Builder
	for _, name := range asked {
		if inner, ok := value(name); ok {
			writeElement(&found, name, inner)
		} else {
			writeElement(&missing, name, "")
		}
	}
	m.out.WriteString("<d:response><d:href>" + escaped(href) + "</d:href>")
	if found.Len() > 0 || missing.Len() == 0 {
		m.out.WriteString("<d:propstat><d:prop>" + found.String() + "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>")
	}
	if missing.Len() > 0 {
		m.out.WriteString("<d:propstat><d:prop>" + missing.String() + "</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>")
	}
	m.out.WriteString("</d:response>")
}

// gone writes that a resource is not there.
func (m *multistatus) gone(href string) {
	m.out.WriteString("<d:response><d:href>" + escaped(href) + "</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>")
}

// end closes the answer, with a sync token where it is one of those.
func (m *multistatus) end(syncToken string) []byte {
	if syncToken != "" {
		writeElement(&m.out, dav("sync-token"), escaped(syncToken))
	}
	m.out.WriteString("</d:multistatus>\n")
	return []byte(m.out.String())
}

// writeElement writes an element with XML in it.
func writeElement(out *strings.Builder, name xml.Name, inner string) {
	tag, space := "", ""
	if prefix, known := prefixes[name.Space]; known {
		tag = prefix + ":" + name.Local
	} else {
		tag, space = name.Local, ` xmlns="`+escaped(name.Space)+`"`
	}
	if inner == "" {
		out.WriteString("<" + tag + space + "/>")
		return
	}
	out.WriteString("<" + tag + space + ">" + inner + "</" + tag + ">")
}

// escaped makes a text fit for XML; what XML cannot hold becomes U+FFFD.
func escaped(text string) string {
	var out strings.Builder
	// Writing to memory does not fail.
	_ = xml.EscapeText(&out, []byte(text))
	return out.String()
}

const xmlType = "application/xml; charset=utf-8"

// refuse answers with a precondition that failed (RFC 4918 section 16).
func (h *handlers) refuse(w http.ResponseWriter, r *http.Request, status int, condition xml.Name) {
	var inner strings.Builder
	writeElement(&inner, condition, "")
	body := `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<d:error xmlns:d="DAV:" xmlns:c="` + nsCalDAV + `">` + inner.String() + "</d:error>\n"
	h.send(w, r, content{kind: xmlType, body: []byte(body), status: status})
}
