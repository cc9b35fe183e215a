package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCapacityAnswersWhatIf asks, for the town of the fifth system, what happens
// when a coach is away for six weeks and when everything stays as it is.
func TestCapacityAnswersWhatIf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	folder, target := "../../examples/geldrop-mierlo", filepath.Join(dir, "out", "capacity")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{
		"capacity", folder, "--from", "2027-01-01", "--months", "12", "--iterations", "800", "--out", target, "--language", "en",
		"--what-if", write("same.yaml", "name: nothing else\n"),
		"--what-if", write("hours.yaml", "name: more children ask\nassumptions:\n  - key: acute_per_100_places\n    value: 20\n"),
	}, &out, &errs)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	for _, want := range []string{"== as it is", "== nothing else", "== more children ask", "2027-12", "side by side", "heaviest load"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for _, name := range []string{"figures.csv", "forecast.csv", "waits.csv", "loads.csv", "hours.csv", "budgets.csv", "ceilings.csv", "silent.csv", "capacity.xlsx", "capacity.svg", "capacity.html"} {
		if data, err := os.ReadFile(filepath.Join(target, name)); err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(out.String(), "== as it is\n"), "== nothing else\n")
	second, _, _ := strings.Cut(rest, "== more children ask\n")
	if first != second {
		t.Errorf("a scenario without changes is another region:\n%s\n%s", first, second)
	}
}

// TestC5AddAMunicipality: Passende Kinderopvang Nijmegen, what if Beuningen, Heumen
// and Berg en Dal join?
func TestC5AddAMunicipality(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{
		"capacity", "../../examples/passende-kinderopvang-nijmegen", "--from", "2027-01-01", "--months", "3", "--iterations", "100",
		"--what-if", "../../examples/questions/nijmegen-region.yaml",
	}, &out, &errs)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	words := strings.Join(strings.Fields(out.String()), " ") // columns are as wide as they need
	for _, want := range []string{"== with Beuningen, Heumen and Berg en Dal", "locations locations 120 128"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestCapacityRefusesAllAtOnce(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"capacity", example, "--months", "0", "--from", "tomorrow", "--remedies"}, &out, &errs); code != exitInput {
		t.Fatalf("exit %d", code)
	}
	for _, want := range []string{"--months is 0", "--from is", "--remedies"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("no %q in %s", want, errs.String())
		}
	}
	dir := t.TempDir()
	bad, unknown := filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "unknown.yaml")
	for path, text := range map[string]string{bad: "nam: x\nhours:\n  - staff: a\n", unknown: "name: y\nleave:\n  - staff: nobody\n    on: 2027-01-01\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	errs.Reset()
	if code := run(t.Context(), []string{"capacity", example, "--what-if", bad}, &out, &errs); code != exitInput || !strings.Contains(errs.String(), "bad.yaml") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	errs.Reset()
	if code := run(t.Context(), []string{"capacity", example, "--iterations", "100", "--what-if", unknown}, &out, &errs); code != exitInput || !strings.Contains(errs.String(), "leave[0].id") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
