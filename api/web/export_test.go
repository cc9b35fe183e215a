package web

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Messages gives the tests the message table.
func Messages() map[string]planner.Text { return messages }

// Obstacles gives the tests the words for what blocks a visit.
func Obstacles() map[string]planner.Text { return obstacles }

// Hash returns the policy source of a text, by a way of its own.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
