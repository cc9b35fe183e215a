package files

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadFolderGood(t *testing.T) {
	t.Parallel()
	states, err := ReadFolder("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	if len(states) != 1 || len(states[0].Staff) != 2 || len(states[0].Locations) != 3 {
		t.Fatalf("got %d states: %+v", len(states), states)
	}
}

// spoiled returns a file system with one text replaced in one file; without a
// text the file is left out.
func spoiled(t *testing.T, from fs.FS, file, old, fresh string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, path)
		if path == file && old == "" {
			return err
		}
		if path == file && !strings.Contains(string(data), old) {
			t.Fatalf("%s does not hold %q", file, old)
		}
		if path == file {
			data = []byte(strings.Replace(string(data), old, fresh, 1))
		}
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
