package files

import (
	"slices"
	"testing"
)

// Whatever a file holds, it is refused or it is taken; and taken a second time
// it changes nothing any more.
func FuzzMerge(f *testing.F) {
	kinds := []Kind{LRKFile}
	for _, kind := range goodKinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	for i, kind := range kinds {
		f.Add(uint8(i), register())
		for name, k := range goodKinds {
			if k == kind {
				f.Add(uint8(i), goodFile(f, name))
			}
		}
	}
	states, err := ReadFolder("testdata/good")
	if err != nil {
		f.Fatal(err)
	}
	known := states[0]
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		kind := kinds[int(which)%len(kinds)]
		for _, name := range []string{"file.csv", "file.geojson"} {
			first, err := Merge(known, kind, name, []byte(text), MergeOptions{})
			if err != nil {
				continue
			}
			again, err := Merge(first.State, kind, name, []byte(text), MergeOptions{})
			if err != nil {
				t.Fatalf("%s taken once and then refused: %v", kind, err)
			}
			if stateText(again.State) != stateText(first.State) {
				t.Errorf("%s taken twice: got\n%s\nwant\n%s", kind, stateText(again.State), stateText(first.State))
			}
		}
	})
}
