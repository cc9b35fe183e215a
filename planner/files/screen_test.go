package files

import (
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
