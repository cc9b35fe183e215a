package calendar

import "fmt"

// ReadError says why a foreign calendar cannot be used at all; the last good
// copy of it must stay. Code is stable. No text of the calendar is in it.
type ReadError struct {
	Code    string // one of the Read... constants
	Line    int    // of the file, from 1; 0 when it is the whole file
	Dutch   string
	English string

	cause error
}

// Error returns the English sentence.
func (e *ReadError) Error() string {
	text := "foreign calendar: " + e.English
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the error of the stream that broke off.
func (e *ReadError) Unwrap() error { return e.cause }

// The codes of a ReadError.
const (
	ReadNotCalendar = "not_calendar"       // something else, such as a sign-in page, or nothing
	ReadTruncated   = "truncated"          // ends before END:VCALENDAR
	ReadBrokenOff   = "broken_off"         // the stream gave an error
	ReadTooLarge    = "too_large"          // more bytes or lines than the limit
	ReadTooDeep     = "too_deep"           // components within components
	ReadTooMany     = "too_many"           // components or instances
	ReadTooMuchWork = "too_much_expansion" // recurrence rules that cost too much together
	ReadNotReply    = "not_reply"          // of ReadReply only: no answer to an invitation
)

func readError(code string, line int, dutch, english string, args ...any) error {
	return &ReadError{
		Code: code, Line: line,
		Dutch: "de agenda " + fmt.Sprintf(dutch, args...), English: "the calendar " + fmt.Sprintf(english, args...),
	}
}

// ReadFault is one thing in a foreign calendar that could not be understood
// while the rest could. No text of the calendar is in it.
type ReadFault struct {
	Line    int
	Code    string // one of the Fault... constants
	Dutch   string
	English string
}

// The codes of a ReadFault.
const (
	FaultLine        = "bad_line"           // skipped
	FaultEvent       = "bad_event"          // skipped: its time is missing or wrong
	FaultRule        = "bad_rule"           // only the first instance is taken
	FaultZone        = "unknown_zone"       // taken as busy from a day before to a day after
	FaultInstances   = "too_many_instances" // only the first 2,000 are taken
	FaultRange       = "this_and_future"    // taken as a change of one instance
	FaultUnclosed    = "unclosed"           // a component without its END
	maxKeptFaults    = 100
	maxRules         = 4    // of one event
	maxSeriesDates   = 2000 // EXDATE and RDATE values of one event
	maxFeedInstances = 20_000
	maxFeedSteps     = 2_000_000
)
