package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxFile is the largest file that is read, in bytes. The whole register of
// the country is a fifth of it.
const maxFile = 64 << 20

var byteOrderMark = []byte("\xef\xbb\xbf")

// readText reads a whole file, at most maxFile bytes.
func readText(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d MB; split it", maxFile>>20)
	}
	return data, nil
}

// readRegular reads a whole file of a folder. It does not open what is no
// regular file: a pipe would keep it waiting, a device need not end.
func readRegular(fsys fs.FS, name string) ([]byte, error) {
	if memory, ok := fsys.(inMemory); ok {
		return memory.ReadFile(name)
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return readText(file)
}

// plainText returns UTF-8 text without its byte order mark; other bytes are a
// fault at the first of them.
func plainText(rep *report, name string, data []byte) ([]byte, bool) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if utf8.Valid(data) {
		return data, true
	}
	at := 0
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	line, column := placeOf(data, at)
	rep.add(Fault{File: name, Line: line, Column: column, Message: fmt.Sprintf("byte %#02x is not UTF-8; save the file as UTF-8", data[at])})
	return nil, false
}

// registerText returns the text of a register export, which is UTF-8 with or
// without a byte order mark or, by what others report, Windows-1252.
func registerText(data []byte) []byte {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if utf8.Valid(data) {
		return data
	}
	// Every byte has a meaning in Windows-1252, so this cannot fail.
	out, _ := charmap.Windows1252.NewDecoder().Bytes(data)
	return out
}

// placeOf returns the line and column, 1-based and in characters, of a byte.
func placeOf(data []byte, offset int) (line, column int) {
	offset = min(max(offset, 0), len(data))
	start := bytes.LastIndexByte(data[:offset], '\n') + 1
	return bytes.Count(data[:start], []byte{'\n'}) + 1, utf8.RuneCount(data[start:offset]) + 1
}
