package planner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// ScreenCode says what a free text seems to hold. It is stored where warnings
// are counted; the text never is.
type ScreenCode string

// What refuses a text.
const (
	// ScreenBSN is a citizen service number, which may be kept nowhere here
	// (UAVG article 46).
	ScreenBSN ScreenCode = "bsn"
	// ScreenBirthDate is a date that the text itself calls one of birth.
	ScreenBirthDate ScreenCode = "birth_date"
	// ScreenLong is a text above its limit.
	ScreenLong ScreenCode = "too_long"
	// ScreenControl is a control or direction character.
	ScreenControl ScreenCode = "control"
)

// What asks for a second look: whoever confirms may keep such a text.
const (
	// ScreenNumber is a number of eight or nine digits.
	ScreenNumber ScreenCode = "number"
	// ScreenDate is a day in the past with its year.
	ScreenDate ScreenCode = "date"
	// ScreenPhone is a telephone number.
	ScreenPhone ScreenCode = "phone"
	// ScreenMail is a mail address.
	ScreenMail ScreenCode = "mail"
	// ScreenAge is an initial or a child with an age.
	ScreenAge ScreenCode = "age"
	// ScreenHealth is a word about health, development or a family's troubles.
	ScreenHealth ScreenCode = "health"
)

// The limits of the two free texts, in characters.
const (
	RemarkLimit = 140
	NoteLimit   = 280
)

// Screening is what a look at a free text found, by code in ascending order.
type Screening struct{ Refused, Warned []ScreenCode }

// Screen looks at a free text before it is kept: at most limit characters, no
// number of a citizen, no birth date, and a warning for whatever else can be
// about a child or family. Lrk are the registration numbers of the location at
// hand: only these may stand in its text although they have a citizen number's
// form. Today tells days in the past. A number split over two texts, and a
// name, are not found.
func Screen(text string, limit int, today calendar.Date, lrk ...string) Screening {
	var s Screening
	if utf8.RuneCountInString(text) > limit {
		s.refuse(ScreenLong)
		// Nobody reads on: what is far too long is not searched either.
		text = cut(text, limit)
	}
	if strings.ContainsFunc(text, controls) {
		s.refuse(ScreenControl)
	}
	plain := plainDigits(text)
	s.numbers(plain, lrk)
	s.dates(plain, today)
	s.words(plain)
	slices.Sort(s.Refused)
	slices.Sort(s.Warned)
	s.Refused, s.Warned = slices.Compact(s.Refused), slices.Compact(s.Warned)
	return s
}

// HasBSN reports whether a text holds what has the form of a citizen service
// number and is none of the given registration numbers.
func HasBSN(text string, lrk ...string) bool {
	for _, n := range numbersIn(plainDigits(text)) {
		if n.kind == bsnNumber && !slices.Contains(lrk, n.digits) {
			return true
		}
	}
	return false
}

// Err reports whether the text may be kept: not when it is refused, and with
// warnings only when whoever wrote it confirmed. The error is a ScreenError.
func (s Screening) Err(confirmed bool) error {
	if len(s.Refused) > 0 || len(s.Warned) > 0 && !confirmed {
		return &ScreenError{s}
	}
	return nil
}

// Fields are the warnings that somebody confirmed, as the audit log counts them:
// "remark:health".
func (s Screening) Fields(field string) []string {
	out := make([]string, len(s.Warned))
	for i, c := range s.Warned {
		out[i] = field + ":" + string(c)
	}
	return out
}

func (s *Screening) refuse(c ScreenCode) { s.Refused = append(s.Refused, c) }

func (s *Screening) warn(c ScreenCode) { s.Warned = append(s.Warned, c) }

func cut(text string, limit int) string {
	for i := range text {
		if limit--; limit < 0 {
			return text[:i]
		}
	}
	return text
}

// controls are characters that hide or reorder others; a line break is none.
func controls(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// ScreenError is a text that may not be kept, or not without confirmation. It
// holds nothing of the text.
type ScreenError struct{ Screening }

// Error lists the codes.
func (e *ScreenError) Error() string {
	codes := make([]string, 0, len(e.Refused)+len(e.Warned))
	for _, c := range slices.Concat(e.Refused, e.Warned) {
		codes = append(codes, string(c))
	}
	if len(e.Refused) > 0 {
		return "the text is refused: " + strings.Join(codes, ", ")
	}
	return "the text needs confirmation: " + strings.Join(codes, ", ")
}

// screenTexts are the words for whoever wrote the text.
var screenTexts = map[ScreenCode]Text{
	ScreenBSN: {
		NL: "Dit lijkt een BSN of LRK-nummer; dat hoort hier niet.",
		EN: "This looks like a citizen service number or a register number; it does not belong here.",
	},
	ScreenBirthDate: {NL: "Een geboortedatum hoort hier niet.", EN: "A date of birth does not belong here."},
	ScreenLong:      {NL: "De tekst is te lang.", EN: "The text is too long."},
	ScreenControl:   {NL: "De tekst bevat onzichtbare tekens; typ hem opnieuw.", EN: "The text holds invisible characters; type it again."},
	ScreenNumber:    {NL: "Er staat een nummer van acht of negen cijfers.", EN: "There is a number of eight or nine digits."},
	ScreenDate:      {NL: "Er staat een datum in het verleden.", EN: "There is a date in the past."},
	ScreenPhone:     {NL: "Er staat een telefoonnummer.", EN: "There is a telephone number."},
	ScreenMail:      {NL: "Er staat een mailadres.", EN: "There is a mail address."},
	ScreenAge:       {NL: "Er staat een voorletter of een kind met een leeftijd.", EN: "There is an initial or a child with an age."},
	ScreenHealth:    {NL: "Er staat een woord over gezondheid, ontwikkeling of zorgen.", EN: "There is a word about health, development or worries."},
}

// ScreenAdvice goes with every warning.
var ScreenAdvice = Text{NL: "Schrijf niets over een kind of gezin.", EN: "Write nothing about a child or family."}

// Text says what was found.
func (c ScreenCode) Text() Text { return screenTexts[c] }

// plainDigits makes one form of the many in which digits can be written:
// compatibility forms resolved (NFKC), the digits of every script as 0 to 9,
// and no invisible characters between them.
func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.Is(unicode.Nd, r):
			return '0' + digitValue(r)
		}
		return r
	}, norm.NFKC.String(text))
}

// digitValue is the value of a decimal digit: every script has its ten in a row
// from zero (Unicode Standard, section 4.6).
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

var mailPattern = regexp.MustCompile(`[\pL\pN._%+-]+\s?(?:@|\(at\)|\[at\])\s?[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
