package files

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCitizenNumbersAreNotEchoed: the fault says where such a number stands and
// never which it is, in whatever column.
func TestCitizenNumbersAreNotEchoed(t *testing.T) {
	t.Parallel()
	for column, header := range map[string]string{
		"name": staffColumns, "hours_week": staffColumns, "skills": staffColumns, "work_pattern": staffColumns, "region": staffColumns,
	} {
		columns := strings.Fields(strings.ReplaceAll(header, "!", ""))
		cells := make([]string, len(columns))
		for i, c := range columns {
			if c == column {
				cells[i] = "zie 249.566.758"
			}
		}
		_, err := ReadStaff("staff.csv", strings.NewReader(strings.Join(columns, ",")+"\n"+strings.Join(cells, ",")+"\n"))
		if err == nil || !strings.Contains(err.Error(), "staff.csv:2:") || !strings.Contains(err.Error(), column+": looks like a citizen service number") {
			t.Errorf("%s: %v, want the place of the number", column, err)
		}
		if strings.Contains(err.Error(), "249") {
			t.Errorf("%s: %v echoes the number", column, err)
		}
	}
}

func TestRegistrationsStandInTheirOwnRow(t *testing.T) {
	t.Parallel()
	text := "location_id,name,organisation,postcode,municipality,lrk\n" +
		"249566758,Kindercentrum 249566758,kok,6511AB,0268,249566758|111222333\n" +
		"b,LRK 111222333 hoort hier,kok,6511AB,0268,111222333\n"
	if _, err := ReadLocations("locations.csv", strings.NewReader(text)); err != nil {
		t.Error(err)
	}
}

// TestRV1_ProgrammeTextsHoldNoCitizenNumber: whatever text of programme.yaml has
// one, the fault says where and never which it is; a location may be named by its
// registration, which passes the same test.
func TestRV1_ProgrammeTextsHoldNoCitizenNumber(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("testdata/good/programme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lines, tried := strings.Split(string(good), "\n"), 0
	for i, line := range lines {
		key, _, ok := strings.Cut(line, ": ")
		if !ok || strings.ContainsAny(line, "{[|>&") || strings.Contains(key, "location") || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		changed := slices.Clone(lines)
		changed[i] = key + ": zie 249.566.758 daar"
		tried++
		_, err := ReadProgramme("programme.yaml", strings.NewReader(strings.Join(changed, "\n")))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("programme.yaml:%d:", i+1)) || strings.Contains(err.Error(), "249.566") {
			t.Errorf("line %d, %q: %v", i+1, line, err)
		}
	}
	t.Logf("R-V1: a citizen number in %d places of programme.yaml: all refused", tried)
	if tried < 10 {
		t.Errorf("only %d places", tried)
	}
}
