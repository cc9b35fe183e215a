package files

import (
	"io"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

const replyColumns = "candidate! who! answer!"

// ReadReplies reads what people answered to proposed moments: a CSV file with
// the columns candidate (2027-03-02T09:00), who and answer (yes, if_needed, no),
// a later row in place of an earlier one. The error is a Faults.
func ReadReplies(name string, r io.Reader) ([]planner.Reply, error) {
	return single(func(rep *report) list[planner.Reply] {
		return readList(rep, name, r, replyColumns, func(r row) planner.Reply {
			return planner.Reply{
				Candidate: r.need("candidate").text, Who: r.need("who").text,
				Answer: planner.Answer(r.need("answer").choice("yes", "if_needed", "no")),
			}
		})
	}, nil)
}

// ParseWeek reads a week as it stands in a cell, “mo 08:30-12:30|tu-fr
// 09:00-17:00”. The error is a Faults that names field.
func ParseWeek(field, text string) (calendar.Week, error) {
	rep := &report{}
	week := value{rep: rep, file: field, line: 1, column: 1, text: text}.week()
	return week, rep.err()
}
