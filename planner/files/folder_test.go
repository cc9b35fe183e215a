package files

import "testing"

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
