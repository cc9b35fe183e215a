package api_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Stop()
	pgtest.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
