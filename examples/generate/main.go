// Generate writes the example folders from the open data of the project, and
// from an export of the childcare register the input of a whole country:
//
//	go run ./examples/generate
//	go run ./examples/generate country --lrk FILE --out DIR
//
// It depends on nothing but its input: the same data gives the same files, bit
// by bit. programme.yaml and README.md of the example folders are written by
// hand and left alone.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == "country" {
		return runCountry(args[1:])
	}
	set := flag.NewFlagSet("generate", flag.ContinueOnError)
	root := set.String("root", ".", "the project's folder, for its open data")
	out := set.String("out", "examples", "folder to write to")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("%q is not known; leave it out, or ask for the country", set.Arg(0))
	}
	return examples(*root, *out)
}

func runCountry(args []string) error {
	set := flag.NewFlagSet("generate country", flag.ContinueOnError)
	root := set.String("root", ".", "the project's folder, for its open data")
	register := set.String("lrk", registerFile, "rows of the register, in nine columns")
	out := set.String("out", "", "folder to write to")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *out == "" || set.NArg() > 0 {
		return errors.New("country needs --out DIR and takes no other arguments")
	}
	return country(*root, *register, *out)
}

// examples writes every example folder below out.
func examples(root, out string) error {
	open, err := readOpenData(root)
	if err != nil {
		return err
	}
	register, err := readRegister(filepath.Join(root, registerFile), "KDV")
	if err != nil {
		return err
	}
	folders, err := folders(open, register)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := f.write(out); err != nil {
			return err
		}
	}
	return nil
}

func folders(d *openData, register []registration) ([]*folder, error) {
	places, err := nijmegenPlaces(d, register)
	if err != nil {
		return nil, err
	}
	out := []*folder{coordinatorFolder(d, places), counsellorFolder(d, places), joinedFolder(d, places)}
	for _, build := range []func(*openData, []registration) (*folder, error){somerenFolder, geldropFolder, arnhemFolder} {
		f, err := build(d, register)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
