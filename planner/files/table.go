package files

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Table is a table that leaves the program: as CSV, as a sheet of a workbook, or
// in a report.
type Table struct {
	// Name is a file's or a sheet's, at most 31 characters.
	Name   string
	Header []string
	// Rows hold a string, int64, float64 or nil (nothing) for each column.
	Rows [][]any
}

// CSV writes the table as plan folders have theirs: no cell is left that a
// spreadsheet would take for a formula.
func (t *Table) CSV() []byte {
	rows := [][]string{t.Header}
	for _, row := range t.Rows {
		texts := make([]string, len(row))
		for k, cell := range row {
			texts[k] = cellText(cell)
		}
		rows = append(rows, texts)
	}
	return csvRows(rows)
}

// cellText writes a cell; numbers have a point and no more digits than they need.
func cellText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	}
	return fmt.Sprint(cell)
}

// Workbook writes tables as the sheets of one XLSX file (ECMA-376). Numbers are
// numbers; texts are texts, and none begins like a formula, so that none becomes
// one when somebody saves the sheet as something else.
func Workbook(tables []Table) ([]byte, error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	for i := range tables {
		if err := addSheet(book, &tables[i], bold); err != nil {
			return nil, fmt.Errorf("workbook: sheet %s: %w", tables[i].Name, err)
		}
	}
	if len(tables) > 0 {
		// A new workbook has a sheet of its own.
		if err := book.DeleteSheet("Sheet1"); err != nil {
			return nil, fmt.Errorf("workbook: %w", err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	return out.Bytes(), nil
}

func addSheet(book *excelize.File, t *Table, bold int) error {
	if _, err := book.NewSheet(t.Name); err != nil {
		return err
	}
	w, err := book.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(t.Header))
	for i, h := range t.Header {
		header[i] = excelize.Cell{StyleID: bold, Value: QuoteFormula(h)}
	}
	if err := w.SetRow("A1", header); err != nil {
		return err
	}
	for i, row := range t.Rows {
		cells := make([]any, len(row))
		for k, cell := range row {
			if text, ok := cell.(string); ok {
				cell = QuoteFormula(text)
			}
			cells[k] = cell
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}
