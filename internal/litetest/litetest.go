// Package litetest gives tests files of the embedded database: one for each
// test, copied from a template that each test process makes once.
//
// Only tests import it. It imports nothing of the project.
package litetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// template is the one template of this test process.
var template struct {
	sync.Once
	content []byte
	err     error
}

// File makes a database file for one test and returns its path; it goes when
// the test ends. The first call in a process hands prepare the path of a file
// that is not there yet (it creates the schema and closes the database); every
// file is a copy of that one, and the prepare of later calls does not matter.
func File(tb testing.TB, prepare func(ctx context.Context, path string) error) string {
	tb.Helper()
	template.Do(func() { template.content, template.err = makeTemplate(context.WithoutCancel(tb.Context()), prepare) })
	if template.err != nil {
		tb.Fatalf("template database: %v", template.err)
	}
	path := filepath.Join(tb.TempDir(), "test.db")
	if err := os.WriteFile(path, template.content, 0o600); err != nil {
		tb.Fatalf("database of a test: %v", err)
	}
	return path
}

func makeTemplate(ctx context.Context, prepare func(ctx context.Context, path string) error) ([]byte, error) {
	folder, err := os.MkdirTemp("", "wijkplanner-lite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "template.db")
	if err := prepare(ctx, path); err != nil {
		return nil, err
	}
	// What is still in the journal would not be in the copies.
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%s-wal holds %d bytes: close the database", path, info.Size())
	}
	return os.ReadFile(path)
}
