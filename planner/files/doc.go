// Package files is where data enters and leaves as files: the input folder of
// a region, exports of the national childcare register (LRK), single CSV,
// YAML and GeoJSON files, and the folder that a plan is written to and read
// back from. The formats are defined in docs/input.md and docs/output.md.
//
// Readers collect every fault of every file, each with its place, before they
// give up, and never return half of an input. Writers write beside the target
// and swap at the end, so that a target is old or new but never a mixture.
//
// The package knows the domain (planner) and calendar; it opens no network
// connection or database and reads no clock.
package files
