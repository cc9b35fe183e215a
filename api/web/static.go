package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
)

// The dist folder holds what "make bundle" makes of the folder bundle: other
// people's work and our own islands. It is kept with the sources, so that plain
// "go build" makes the whole program.
//
//go:embed static all:dist templates
var embedded embed.FS

// StaticPrefix is the path under which the static files are served.
const StaticPrefix = "/static/"

// Asset is one static file.
type Asset struct {
	// ContentType is its media type, with charset for text.
	ContentType string
	Body        []byte
	hash        string
}

// assets maps the path within StaticPrefix (hash/name) to the file.
var assets = sync.OnceValue(func() map[string]Asset {
	all := make(map[string]Asset)
	for name, body := range assetFiles() {
		sum := sha256.Sum256(body)
		hash := hex.EncodeToString(sum[:6])
		all[hash+"/"+name] = Asset{ContentType: contentType(name), Body: body, hash: hash}
	}
	return all
})

// assetFiles reads the embedded static and dist folders; both lie side by side
// under StaticPrefix.
func assetFiles() map[string][]byte {
	files := make(map[string][]byte)
	for _, root := range []string{"static", "dist"} {
		// The walk is over embedded files, whose reads do not fail.
		_ = fs.WalkDir(embedded, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				return err
			}
			body, err := embedded.ReadFile(name)
			files[strings.TrimPrefix(name, root+"/")] = body
			return err
		})
	}
	return files
}

// contentType does not ask the operating system's table, which differs from
// machine to machine, for the types that the pages use.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Static returns the file at a path below StaticPrefix. The path holds a hash
// of the content, so the answer for it never changes.
func Static(name string) (Asset, bool) {
	if s := theSite(); len(s.Theme) > 0 {
		if a := themed(s); name == a.hash+"/"+themeFile {
			return a, true
		}
	}
	a, ok := assets()[name]
	return a, ok
}

// AssetURL returns the address of a static file by its plain name, app.css. It
// is empty for a file that does not exist.
func AssetURL(name string) string {
	if s := theSite(); name == themeFile && len(s.Theme) > 0 {
		return StaticPrefix + themed(s).hash + "/" + themeFile
	}
	for key, a := range assets() {
		if key == a.hash+"/"+name {
			return StaticPrefix + key
		}
	}
	return ""
}

// styleSheet is the text of the pages' own style sheet.
func styleSheet() string {
	body, err := embedded.ReadFile("static/app.css")
	if err != nil {
		panic("web: static/app.css is not embedded: " + err.Error())
	}
	return string(body)
}

// styleHash is the style sheet's hash as a Content-Security-Policy source.
func styleHash() string {
	sum := sha256.Sum256([]byte(styleSheet()))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
