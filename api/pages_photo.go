package api

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// photoTypes are the kinds of picture that a portrait may be, by the end of its
// name.
var photoTypes = map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}

// largestPhoto is the most that a portrait may weigh, in bytes.
const largestPhoto = 1 << 20

// photoPage is the portrait of a member of staff, for whoever sees locations and
// who serves them: one that was put in on a page, else a file of the folder. No page
// loads a portrait from elsewhere.
func photoPage() pageRoute {
	return page("/photos/{photo}", rights.Access{Resource: rights.Locations, Act: rights.Read}, (*visitor).photo).mine()
}

func (v *visitor) photo() error {
	name := v.param("photo")
	kind, picture := photoTypes[strings.ToLower(path.Ext(name))]
	body, err := v.service.Portrait(v.ctx(), name)
	if err == nil {
		v.w.Header().Set("Cache-Control", "private, max-age=86400, immutable") // another picture has another name
		v.send(v.w, v.r, content{kind: "image/jpeg", body: body})
		return nil
	}
	if !errors.Is(err, service.ErrNotFound) {
		return err
	}
	return v.photoFile(name, kind, picture)
}

func (v *visitor) photoFile(name, kind string, picture bool) error {
	if v.Photos == nil || !picture || !fs.ValidPath(name) || strings.Contains(name, "/") {
		return problem.New(problem.NotFound)
	}
	f, err := v.Photos.Open(name)
	if err != nil {
		return problem.New(problem.NotFound)
	}
	defer func() { _ = f.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(f, largestPhoto+1))
	switch {
	case err != nil:
		return problem.New(problem.NotFound) // a folder, for example
	case len(body) > largestPhoto:
		return errors.New("portrait " + name + " is larger than 1 MB")
	}
	v.w.Header().Set("Cache-Control", "private, max-age=3600")
	v.send(v.w, v.r, content{kind: kind, body: body})
	return nil
}
