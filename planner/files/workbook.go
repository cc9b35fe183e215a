package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// The limits of a workbook: nothing that unpacks without end.
const (
	workbookBytes = 64 << 20
	workbookRows  = 100_000
	workbookCells = 64
)

// AsText returns the text of a file for Merge: a workbook (XLSX) as the CSV of its
// first sheet, anything else as it is. The lines of a fault are then those of the
// sheet. The error is a Faults.
func AsText(name string, data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return data, nil
	}
	// Both limits alike: above the second it would write to disk.
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: workbookBytes, UnzipXMLSizeLimit: workbookBytes,
	})
	if err != nil {
		return nil, Faults{{File: name, Message: "expected a workbook (XLSX) of at most 64 MB, or CSV as UTF-8"}}
	}
	out, err := firstSheet(book)
	if err = errors.Join(err, book.Close()); err != nil {
		return nil, Faults{{File: name, Message: "the workbook cannot be read: " + err.Error()}}
	}
	return out, nil
}

// firstSheet writes the rows of the first sheet as CSV, a line for each.
func firstSheet(book *excelize.File) (out []byte, err error) {
	sheet := book.GetSheetName(0)
	date1904 := false
	if p, err := book.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		date1904 = *p.Date1904
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var header []string
	for n := 0; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		if n >= workbookRows || len(cells) > workbookCells {
			return nil, errors.New("more than 100,000 rows or 64 columns")
		}
		if n == 0 {
			header = trimmed(cells)
			cells = header
		}
		// A buffer takes everything.
		_ = w.Write(sheetLine(header, cells, n, date1904))
	}
	w.Flush()
	return b.Bytes(), rows.Error()
}

// trimmed takes empty cells off the end of a header.
func trimmed(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// sheetLine is a row as wide as the header, each cell as the column has it.
func sheetLine(header, cells []string, n int, date1904 bool) []string {
	out := make([]string, max(len(header), 1))
	for i := range header {
		if i < len(cells) {
			out[i] = strings.TrimSpace(cells[i])
		}
		if n > 0 {
			out[i] = columnText(strings.ToLower(strings.TrimSpace(header[i])), out[i], date1904)
		}
	}
	for i := len(header); i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			out = append(out, cells[i]) // more than the header has: a fault that the reader tells
		}
	}
	return out
}

// dayColumns hold days and momentColumns days with a time, which a workbook keeps
// as numbers of days; flagColumns hold yes or no, which it keeps as 1 or 0.
var (
	dayColumns    = []string{"from", "to", "valid_from", "valid_to", "opened", "closed", "handed_over", "date", "next"}
	momentColumns = []string{"start"}
	flagColumns   = []string{"pinned", "stand_alone", "subsidised", "artificial", "given"}
)

// columnText gives a raw cell of a workbook as a CSV file would have it.
func columnText(column, text string, date1904 bool) string {
	day, moment := slices.Contains(dayColumns, column), slices.Contains(momentColumns, column)
	if x, err := strconv.ParseFloat(text, 64); err == nil && (day || moment) && x >= 1 && x < 200_000 {
		at, err := excelize.ExcelDateToTime(x, date1904)
		if err != nil {
			return text
		}
		if at = at.Round(time.Minute); day && x == math.Trunc(x) {
			return at.Format(time.DateOnly)
		}
		return at.Format("2006-01-02T15:04")
	}
	if slices.Contains(flagColumns, column) {
		switch text {
		case "1", "TRUE":
			return "yes"
		case "0", "FALSE":
			return "no"
		}
	}
	if column == "municipality" && len(text) > 0 && len(text) < 4 { // a number has lost its zeroes
		return strings.Repeat("0", 4-len(text)) + text
	}
	return text
}
