package files

import (
	"os"
	"testing"
)

// What follows from a fault is not reported beside it: an id that cannot be
// used makes no other row unknown.
func TestFolderFollowOnFaults(t *testing.T) {
	t.Parallel()
	example := os.DirFS("../../examples/geldrop-mierlo")
	for _, c := range []struct{ name, file, from, to, want string }{
		{
			"no programme", "programme.yaml", "", "",
			"programme.yaml: is missing: an input folder needs it (roles, visit types, requirements)",
		},
		{
			"broken programme", "programme.yaml", "roles:\n", "roles: [\n",
			"programme.yaml:21:1: not YAML: ',' or ']' must be specified",
		},
		{
			"key twice", "programme.yaml", "zone: Europe/Amsterdam\n", "zone: Europe/Amsterdam\nzone: Europe/Amsterdam\n",
			"programme.yaml:6:1: not YAML: mapping key \"zone\" already defined at [5:1]",
		},
		{
			"no such municipality", "programme.yaml", `code: "1771"`, `code: "177"`,
			`programme.yaml:8:12: municipalities[0].code: "177": want the municipality's four digits, for example 0268`,
		},
		{
			"another municipality", "programme.yaml", `code: "1771"`, `code: "1770"`,
			`locations.csv:2:92: municipality: unknown municipality "1771"; also in lines 3, 4, 5, 6, 7 and 20 more`,
		},
		{
			"row of other length", "staff.csv", "\ncoach-1,", "\ncoach-1,,",
			"staff.csv:2:1: 10 cells in this line and 9 in the header",
		},
		{
			"outline without an id", "districts.geojson", `"statcode"`, `"code"`,
			"districts.geojson:2:1: district_id: is needed",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadFS(spoiled(t, example, c.file, c.from, c.to))
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}
