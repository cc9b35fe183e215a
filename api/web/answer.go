package web

import (
	"io"
	"slices"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// Answer is the page behind a link in mail: a form for a code and one for an
// answer. It shows nothing of the invitation, since whoever scans mail sees it.
type Answer struct {
	// Said is what to say of what was just done: one of the Answer... constants,
	// or empty. After AnswerDone there is nothing left to fill in.
	Said string
}

// What the page can say.
const (
	AnswerSent   = "answer.sent"   // a code is on its way
	AnswerMany   = "answer.many"   // enough codes were sent
	AnswerWrong  = "answer.wrong"  // the code is wrong
	AnswerChoose = "answer.choose" // no answer was chosen
	AnswerDone   = "answer.done"   // the answer was taken
)

// choice is an answer as the form sends it, and its text.
type choice struct{ Value, Text string }

var choices = []choice{
	{"accepted", "answer.accepted"}, {"tentative", "answer.tentative"}, {"declined", "answer.declined"},
}

// KnownAnswer reports whether the form can send this answer.
func KnownAnswer(answer string) bool {
	return slices.ContainsFunc(choices, func(c choice) bool { return c.Value == answer })
}

// answerBody is what the template shows.
type answerBody struct {
	Answer
	Done    bool
	Choices []choice
}

// WriteAnswer writes the page. Nothing is written on error.
func WriteAnswer(w io.Writer, lang Lang, a Answer) error {
	title, err := lang.message("answer.title")
	if err != nil {
		return err
	}
	return write(w, "answer", page{
		Lang: lang, Title: title, Made: calendar.NoDate, Body: answerBody{a, a.Said == AnswerDone, choices},
	})
}
