package calendar

import "fmt"

// RuleError says why a recurrence rule is refused. Code is stable and meant
// for programs; Dutch and English are one sentence each and meant for people.
type RuleError struct {
	Code    string // one of the Rule... constants
	Part    string // the rule part at fault, such as BYDAY; may be empty
	Dutch   string
	English string
}

// Error returns the English sentence.
func (e *RuleError) Error() string { return "recurrence rule: " + e.English }

// The codes of a RuleError.
const (
	RuleSyntax        = "syntax"           // not NAME=VALUE;NAME=VALUE
	RuleUnknownPart   = "unknown_part"     // a part that RFC 5545 does not define
	RuleRepeatedPart  = "repeated_part"    // the same part twice
	RuleFreqMissing   = "freq_missing"     // no FREQ
	RuleFreq          = "freq"             // a FREQ finer than DAILY, or none of the seven
	RuleInterval      = "interval"         // INTERVAL outside 1 to 100,000
	RuleCount         = "count"            // COUNT outside 1 to 100,000
	RuleCountAndUntil = "count_and_until"  // both ends given
	RuleUntil         = "until"            // UNTIL is no date or date-time
	RuleTooMany       = "too_many_values"  // a BY part with more values than it can have
	RuleValue         = "value"            // a value outside the range of its part
	RuleCombination   = "combination"      // parts that RFC 5545 forbids together
	RuleSetPosAlone   = "bysetpos_alone"   // BYSETPOS without another BY part
	RuleTooLong       = "too_long"         // more than 16 KB
	RuleNumberedDay   = "numbered_weekday" // 2MO where a number has no meaning
)

func ruleError(code, part, dutch, english string, args ...any) error {
	return &RuleError{
		Code: code, Part: part,
		Dutch: fmt.Sprintf(dutch, args...), English: fmt.Sprintf(english, args...),
	}
}
