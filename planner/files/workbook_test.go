package files

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// bookOf makes a workbook of rows.
func bookOf(tb testing.TB, rows ...[]any) []byte {
	tb.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			tb.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestAsTextReadsAWorkbookLineForLine(t *testing.T) {
	t.Parallel()
	day := time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC)
	book := bookOf(
		t,
		[]any{"location_id", "municipality", "opened", "start", "stand_alone", "name", ""},
		[]any{"een", 268, day, day.Add(9 * time.Hour), true, "'=1+1"},
		[]any{},
		[]any{"twee", "0268", "2027-02-01", "2027-02-01T09:30", "no", "a, \"b\"", "", "too much"},
	)
	got, err := AsText("x.csv", book)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"location_id,municipality,opened,start,stand_alone,name",
		"een,0268,2027-01-05,2027-01-05T09:00,yes,'=1+1",
		",,,,,",
		`twee,0268,2027-02-01,2027-02-01T09:30,no,"a, ""b""",too much`,
	}
	if lines := strings.Split(strings.TrimSuffix(string(got), "\n"), "\n"); strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if same, err := AsText("x.csv", []byte("a,b\n")); err != nil || string(same) != "a,b\n" {
		t.Errorf("text is %q, %v", same, err)
	}
}

// TestWhatIsWrittenIsReadAgain: a table as a workbook is the table as CSV, and the
// input readers take the apostrophes off.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	table := tableOf("organisations", "organisation_id,name,limit_hours", [][]string{{"a", "=1+1", "100"}, {"b", "'=x", ""}, {"c", "@home", "0.5"}}, "limit_hours")
	book, err := Workbook([]Table{table})
	if err != nil {
		t.Fatal(err)
	}
	text, err := AsText("organisations.csv", book)
	if err != nil || !bytes.Equal(text, table.CSV()) {
		t.Errorf("as a workbook\n%s\nas CSV\n%s%v", text, table.CSV(), err)
	}
	read, err := ReadOrganisations("organisations.csv", bytes.NewReader(text))
	if err != nil || len(read) != 3 || read[0].Name != "=1+1" || read[1].Name != "'=x" || read[2].Name != "@home" || read[2].LimitMinutes != 30 {
		t.Errorf("read %+v, %v", read, err)
	}
}

// FuzzAsText feeds broken workbooks: each is text or a fault, and none panics.
func FuzzAsText(f *testing.F) {
	f.Add(bookOf(f, []any{"staff_id", "from"}, []any{"anna", 46447}))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("staff_id,from\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := AsText("x.csv", data)
		var faults Faults
		if err != nil && (text != nil || !errors.As(err, &faults)) {
			t.Errorf("%d bytes and %v", len(text), err)
		}
	})
}
