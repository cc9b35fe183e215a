package files

import (
	"os"
	"strings"
	"testing"
)

// A pin holds when contracts in the role cover the days that it, the location
// and the programme share.
func TestPinsAndContracts(t *testing.T) {
	t.Parallel()
	const pin = "loc-2,ambulant_begeleider,ab-1,,,2027-06-30,,\nloc-2,ambulant_begeleider,ab-1,backup,2027-07-01,,,\n"
	for _, c := range []struct {
		name, contracts, pin string
		holds                bool
	}{
		{"open ends", ",", ",,yes", true},
		{"to the day of closing", "2027-01-01,2027-09-30", ",,yes", true},
		{"a day too short", "2027-01-01,2027-09-29", ",,yes", false},
		{"a day too late", "2027-01-02,", ",,yes", false},
		{"within the pin", "2027-03-01,2027-04-30", "2027-03-01,2027-04-30,yes", true},
		{"pin after the location closed", "2027-01-01,2027-02-01", "2027-10-01,,yes", true},
		{"pin before the programme", "2027-01-01,2027-02-01", "2026-01-01,2026-12-31,yes", true},
		{"not pinned", "2027-03-01,2027-04-30", ",,", true},
		{"one contract after the other", "2027-01-01,2027-03-31|2027-04-01,", ",,yes", true},
		{"in any order", "2027-04-01,|2027-01-01,2027-03-31", ",,yes", true},
		{"a day between", "2027-01-01,2027-03-31|2027-04-02,", ",,yes", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fsys := spoiled(t, os.DirFS("testdata/good"), "assignments.csv", pin, "loc-2,ambulant_begeleider,ab-1,,"+c.pin+",\n")
			fsys["staff.csv"].Data = []byte("staff_id,name,organisation,role,hours_week,home_postcode,work_pattern,valid_from,valid_to\n" +
				"zc-1,Anna,ggd,zorgcoordinator,20,6511,mo-fr 09:00-17:00,,\n" + contractsOf(c.contracts))
			if _, err := ReadFS(fsys); (err == nil) != c.holds {
				t.Errorf("got %v, holds %t", err, c.holds)
			}
		})
	}
}

func contractsOf(text string) (rows string) {
	for item := range strings.SplitSeq(text, "|") {
		rows += "ab-1,Zoe,driestroom,ambulant_begeleider,20,6511,mo-fr 09:00-17:00," + item + "\n"
	}
	return rows
}
