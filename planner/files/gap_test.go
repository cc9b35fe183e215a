package files

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

func TestReadGAP(t *testing.T) {
	t.Parallel()
	p, err := ReadGAP(strings.NewReader("2 3\n 1 2 3\n 4 5 6\n 7 8 9\n 10 11 12\n 20 30\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(p.Staff) != 2 || len(p.Locations) != 3 {
		t.Fatalf("%d agents and %d jobs, want 2 and 3", len(p.Staff), len(p.Locations))
	}
	if got, want := p.Locations[2].Candidates[1], (assign.Candidate{Staff: 1, Cost: 6, Load: 12}); got != want {
		t.Errorf("job 3, agent 2: %+v, want %+v", got, want)
	}
	if p.Staff[1].Capacity != 30 || p.MaxChanges >= 0 {
		t.Errorf("capacity %d, change budget %d", p.Staff[1].Capacity, p.MaxChanges)
	}
}

func TestReadGAPErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", "line 1: the file ends; expected the number of agents"},
		{"no jobs", "3 0", `line 1: "0"; expected the number of jobs`},
		{"too many", "1000000 1000000", "too many"},
		{"not a number", "1 2\n1 x\n", `cost of agent 1, job 2: line 2: "x"`},
		{"negative", "1 1\n1\n-1\n5\n", `resource use of agent 1, job 1: line 3: "-1"`},
		{"short", "1 2\n1 2\n3\n", "resource use of agent 1, job 2: line 4: the file ends"},
		{"no capacity", "1 1\n1\n1\n", "expected the capacity of agent 1"},
		{"trailing", "1 1\n1\n1\n1\n9\n", `line 5: "9" after the last capacity`},
		{"endless word", "1 1\n" + strings.Repeat("1", 1<<17), "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadGAP(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzReadGAP(f *testing.F) {
	f.Add("1 1 1 1 1")
	f.Add("2 3\n 1 2 3\n 4 5 6\n 7 8 9\n 10 11 12\n 20 30\n")
	f.Add("99999999999999999999 -1 x")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadGAP(strings.NewReader(text))
		if err != nil {
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatalf("an accepted file gave an invalid problem: %v", err)
		}
	})
}
