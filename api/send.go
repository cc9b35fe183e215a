package api

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

const htmlType = "text/html; charset=utf-8"

// smallest is the size from which compression is worth its header.
const smallest = 1000

// content is an answer in full.
type content struct {
	kind   string
	body   []byte
	status int // 0 for 200
}

// send writes an answer, compressed where the caller can read that. net/http
// leaves the body out of the answer to HEAD.
func (h *handlers) send(w http.ResponseWriter, r *http.Request, c content) {
	header := w.Header()
	header.Set("Content-Type", c.kind)
	if len(c.body) >= smallest {
		addVary(header, "Accept-Encoding")
		if acceptsGzip(r) {
			header.Set("Content-Encoding", "gzip")
			c.body = compressed(c.body)
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(c.body)))
	if c.status != 0 {
		w.WriteHeader(c.status)
	}
	if _, err := w.Write(c.body); err != nil {
		h.Log.DebugContext(r.Context(), "answer not sent", "error", err)
	}
}

func addVary(header http.Header, name string) {
	if have := header.Get("Vary"); have != "" {
		name = have + ", " + name
	}
	header.Set("Vary", name)
}

// compressed returns the bytes as gzip. The result depends on nothing but the
// bytes, so it can stand behind a strong validator.
func compressed(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	// Writing to memory does not fail.
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3): a coding named
// wins from *, and a quality of 0 refuses it.
func acceptsGzip(r *http.Request) bool {
	accepts := false
	for _, line := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(line, ",") {
			coding, params, _ := strings.Cut(part, ";")
			wanted := !refused(params)
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				return wanted
			case "*":
				accepts = wanted
			}
		}
	}
	return accepts
}

func refused(params string) bool {
	value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	if !ok {
		return false
	}
	q, err := strconv.ParseFloat(value, 64)
	return err != nil || q <= 0
}
