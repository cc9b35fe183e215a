package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sheet is a CSV file with a header line, its columns found by name.
type sheet struct {
	rep  *report
	name string
	// columns maps a column's name to its index.
	columns map[string]int
	rows    []row
	// broken says that so much is wrong that what it holds is not known: its
	// ids must not be used to find fault with other files.
	broken bool
}

// row is one line of a sheet.
type row struct {
	sheet *sheet
	cells []string
	// places holds the line and column of each cell.
	places []place
}

type place struct{ line, column int }

// comma returns the separator of a CSV file: the one its header holds more of.
func comma(data []byte) rune {
	header, _, _ := bytes.Cut(data, []byte{'\n'})
	if bytes.Count(header, []byte{';'}) > bytes.Count(header, []byte{','}) {
		return ';'
	}
	return ','
}

// readSheet reads a CSV file. Columns is a list of names separated by spaces;
// those with a '!' must be there.
func readSheet(rep *report, name string, r io.Reader, columns string) *sheet {
	s := &sheet{rep: rep, name: name, broken: true}
	data, err := readText(r)
	if err != nil {
		rep.file(name, "cannot read: %v", err)
		return s
	}
	text, ok := plainText(rep, name, data)
	if !ok {
		return s
	}
	s.parse(text, columns)
	return s
}

// parse splits the text into rows.
func (s *sheet) parse(text []byte, columns string) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = comma(text), -1
	lines := lineStarts(text)
	width := 0
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.syntax(err, text, lines)
			if width == 0 {
				return
			}
			continue
		}
		r := s.row(reader, cells, text, lines)
		switch {
		case width == 0:
			width = len(cells)
			if s.broken = !s.known(r, columns); s.broken {
				return
			}
		case r.blank():
		case len(cells) != width:
			r.at(0).fault("%d cells in this line and %d in the header", len(cells), width)
		default:
			s.rows = append(s.rows, r)
		}
	}
	if width == 0 {
		s.rep.file(s.name, "is empty: the first line must name the columns")
	}
}

// row keeps a record with the places of its cells.
func (s *sheet) row(reader *csv.Reader, cells []string, text []byte, lines []int) row {
	r := row{sheet: s, cells: cells, places: make([]place, len(cells))}
	for i, cell := range cells {
		line, column := reader.FieldPos(i)
		r.places[i] = characterPlace(text, lines, line, column)
		cells[i] = unquoteFormula(strings.TrimSpace(cell))
		if strings.ContainsFunc(cells[i], unicode.IsControl) {
			r.at(i).fault("%q: control characters and line breaks are not allowed", cells[i])
			cells[i] = strings.Map(dropControl, cells[i])
		}
	}
	return r
}

func dropControl(c rune) rune {
	if unicode.IsControl(c) {
		return -1
	}
	return c
}

// syntax reports text that is no CSV.
func (s *sheet) syntax(err error, text []byte, lines []int) {
	s.broken = true
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		s.rep.file(s.name, "cannot read: %v", err)
		return
	}
	p := characterPlace(text, lines, bad.Line, bad.Column)
	s.rep.add(Fault{File: s.name, Line: p.line, Column: p.column, Message: fmt.Sprintf("not CSV: %v; double a quote within a quoted cell", bad.Err)})
}

// known checks the header against the columns that a file may have.
func (s *sheet) known(header row, columns string) bool {
	s.columns = make(map[string]int, len(header.cells))
	allowed := make(map[string]bool)
	for column := range strings.FieldsSeq(columns) {
		allowed[strings.TrimSuffix(column, "!")] = true
	}
	complete := true
	for i := range header.cells {
		name := strings.ToLower(header.cells[i])
		cell := header.at(i)
		if _, twice := s.columns[name]; twice {
			cell.fault("the column %q is there twice", name)
			complete = false
		} else if !allowed[name] {
			cell.fault("unknown column %q; known are %s", name, listed(columns))
		}
		s.columns[name] = i
	}
	for column := range strings.FieldsSeq(columns) {
		if name, needed := strings.CutSuffix(column, "!"); needed && !s.has(name) {
			header.at(0).fault("the column %q is missing", name)
			complete = false
		}
	}
	return complete
}

// listed returns the names of columns or keys for people.
func listed(columns string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(columns, "!", "")), ", ")
}

func (s *sheet) has(column string) bool {
	_, ok := s.columns[column]
	return ok
}

// at returns the i-th cell without the name of its column.
func (r row) at(i int) value {
	return value{rep: r.sheet.rep, file: r.sheet.name, line: r.places[i].line, column: r.places[i].column, text: r.cells[i]}
}

// get returns the cell of a column; empty, at the start of the row, when the
// file has no such column.
func (r row) get(column string) value {
	i, ok := r.sheet.columns[column]
	if !ok {
		v := r.at(0)
		v.field, v.text = column, ""
		return v
	}
	v := r.at(i)
	v.field = column
	return v
}

// need returns the cell of a column and faults an empty one.
func (r row) need(column string) value {
	v := r.get(column)
	if v.text == "" {
		v.fault("is needed")
	}
	return v
}

func (r row) blank() bool {
	for _, cell := range r.cells {
		if cell != "" {
			return false
		}
	}
	return true
}

// lineStarts returns the offset of each line.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// characterPlace turns the bytes that encoding/csv counts into the characters
// that an editor counts.
func characterPlace(text []byte, lines []int, line, column int) place {
	if line < 1 || line > len(lines) {
		return place{line, column}
	}
	start := lines[line-1]
	end := min(start+max(column-1, 0), len(text))
	return place{line, utf8.RuneCount(text[start:end]) + 1}
}
