package files

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing that is wrong in a file.
type Fault struct { //nolint:errname // one of Faults, and seldom an error by itself
	File string `json:"file"`
	// Line and Column are 1-based, as text editors count them; 0 when the fault
	// is not at one place.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Field is the name of the column or key, or empty.
	Field string `json:"field,omitempty"`
	// Message says what is wrong and what was expected.
	Message string `json:"message"`
}

// Error returns the fault as one line, "staff.csv:12:5: hours_week: …".
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	if f.Field != "" {
		b.WriteString(": " + f.Field)
	}
	return b.String() + ": " + f.Message
}

// Faults is everything that is wrong with an input, as one error.
type Faults []Fault //nolint:errname // the word of the domain

// Error returns all faults, one on each line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// report collects faults while files are read.
type report struct{ faults Faults }

func (r *report) add(f Fault) { r.faults = append(r.faults, f) }

// file adds a fault about a file as a whole.
func (r *report) file(name, format string, args ...any) {
	r.add(Fault{File: name, Message: fmt.Sprintf(format, args...)})
}

// sorted returns the faults by place, each once; a fault can be found on more
// than one way.
func (r *report) sorted() Faults {
	all := slices.Clone(r.faults)
	slices.SortStableFunc(all, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(all)
}

// linesShown is how many further lines a gathered fault names.
const linesShown = 5

// gather makes one fault of all rows of a file that miss the same id, so that
// one typing error where that id belongs does not bury the rest.
func (r *report) gather() {
	type key struct{ file, field, message string }
	var out Faults
	index := make(map[key]int)
	lines := make(map[int][]string)
	for _, x := range r.sorted() {
		k := key{x.File, x.Field, x.Message}
		at, again := index[k]
		if again && x.Line > 0 && strings.HasPrefix(x.Message, "unknown ") {
			lines[at] = append(lines[at], strconv.Itoa(x.Line))
			continue
		}
		index[k] = len(out)
		out = append(out, x)
	}
	for at, further := range lines {
		shown, word := further[:min(len(further), linesShown)], "lines"
		if len(further) == 1 {
			word = "line"
		}
		out[at].Message += "; also in " + word + " " + strings.Join(shown, ", ")
		if more := len(further) - len(shown); more > 0 {
			out[at].Message += fmt.Sprintf(" and %d more", more)
		}
	}
	r.faults = out
}

// err returns the faults as an error, nil when there are none.
func (r *report) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return r.sorted()
}
