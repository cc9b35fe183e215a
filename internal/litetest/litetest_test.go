package litetest_test

import (
	"context"
	"os"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/litetest"
)

func TestFilesAreCopiesOfTheTemplateAndApart(t *testing.T) {
	t.Parallel()
	made := 0
	prepare := func(_ context.Context, path string) error {
		made++
		return os.WriteFile(path, []byte("template"), 0o600)
	}
	one, two := litetest.File(t, prepare), litetest.File(t, prepare)
	if err := os.WriteFile(one, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(two)
	if err != nil || string(got) != "template" || made != 1 {
		t.Errorf("the second file reads %q, %v, after %d templates; want the template's content and 1", got, err, made)
	}
}
