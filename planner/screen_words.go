package planner

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// months are the names of months in both languages, as far as they tell.
const months = `(jan|feb|maa|mrt|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?`

var monthNumbers = map[string]int{
	"jan": 1, "feb": 2, "maa": 3, "mrt": 3, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8,
	"sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12,
}

// datePatterns find a day with its year; each has the groups d, m and y.
var datePatterns = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?P<d>\d{1,2})[-./ ](?P<m>\d{1,2})[-./ ](?P<y>(?:19|20)\d\d|\d\d)`),
	regexp.MustCompile(`(?i)(?P<y>(?:19|20)\d\d)[-./ ](?P<m>\d{1,2})[-./ ](?P<d>\d{1,2})`),
	regexp.MustCompile(`(?i)(?P<d>\d{1,2})(?:st|nd|rd|th|e)?[- ](?P<m>` + months + `)[- ,]*(?P<y>(?:19|20)\d\d)`),
	regexp.MustCompile(`(?i)(?P<m>` + months + `) (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)`),
}

// born is the end of a text after which a date is one of birth.
var born = regexp.MustCompile(`(?i)(?:\bgeb|\bgeboren|\bgeboorte\pL*|\bborn|\bbirth\s?dates?|\bdate of birth|\bd\.?o\.?b|\bgbd|\bgebdat\pL*|\*)[\s.:,*-]*(?:op|on|datum|is|:)?[\s.:,-]*$`)

// dates screens the days of a text: one that it calls a day of birth is
// refused, another in the past is warned of.
func (s *Screening) dates(plain string, today calendar.Date) {
	for _, p := range datePatterns {
		for _, m := range p.FindAllStringSubmatchIndex(plain, -1) {
			if m[0] > 0 && isDigit(plain[m[0]-1]) || m[1] < len(plain) && isDigit(plain[m[1]]) {
				continue
			}
			group := func(name string) string {
				i := 2 * p.SubexpIndex(name)
				return plain[m[i]:m[i+1]]
			}
			day, ok := dayOf(group("d"), group("m"), group("y"))
			ok = ok && oneMark(plain[m[0]:m[1]])
			switch {
			case !ok:
			case born.MatchString(plain[max(0, m[0]-labelLength):m[0]]):
				s.refuse(ScreenBirthDate)
			case day < today:
				s.warn(ScreenDate)
			}
		}
	}
}

// oneMark reports whether a day in digits has the same mark twice: 13-11 10.30
// is a day and a time.
func oneMark(day string) bool {
	marks := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-./ ", r) {
			return r
		}
		return -1
	}, day)
	return strings.ContainsFunc(day, unicode.IsLetter) || marks[:1] == marks[1:2]
}

func dayOf(day, month, year string) (calendar.Date, bool) {
	m := valueOf(month)
	if !isDigit(month[0]) {
		m = monthNumbers[strings.ToLower(month[:3])]
	}
	y := valueOf(year)
	if len(year) == 2 {
		y += 2000
	}
	if m < 1 || m > 12 || valueOf(day) < 1 || valueOf(day) > 31 {
		return 0, false
	}
	return calendar.NewDate(y, time.Month(m), valueOf(day)), true
}

const ageUnit = `(?:jaar|jr|j|maanden|maand|mnd|mnden|weken|wkn|wk|years?|yrs?|yo|y/o|months?|mths?|weeks?)\b`

// agePatterns find an initial with an age, and a child with an age.
var agePatterns = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:\pL\.\s?|\pL\s){1,3}[,:(-]?\s*\d{1,2}\s?` + ageUnit),
	regexp.MustCompile(`(?:^|[^\pL\pN])(?:\p{Lu}\.\s?|\p{Lu}\s){1,3}\(\d{1,2}\)`),
	regexp.MustCompile(`(?i)\d{1,2}\s?` + ageUnit + `\)?[,:]?\s(?:\pL\.)+`),
	regexp.MustCompile(`(?i)\b\d{1,2}[- ]?(?:jarige?|maanden? oud|jaar oud|weken oud|(?:years?|months?|weeks?)[- ]old)\b`),
	regexp.MustCompile(`(?i)\b(?:een|twee|drie|vier|vijf|zes)jarige?\b`),
	regexp.MustCompile(`(?i)\b(?:jongen|jongetje|meisje|kind|kindje|peuter|kleuter|baby|dreumes|zoon|zoontje|dochter|dochtertje|` +
		`boy|girl|child|toddler|infant|son|daughter)\b[^.!?]{0,20}\b\d{1,2}\s?(?:` + ageUnit + `|\))`),
}

// healthStems begin words that say something of health, development or a
// family's troubles; healthWords are whole words. Both are folded: small letters
// without accents.
var (
	healthStems = regexp.MustCompile(`\b(?:` + oneOf(`autis, adhd, epilep, astma, asthma, allerg, diabet, medicatie, medicijn, medication,
		medicine, diagnos, ontwikkelingsachter, ontwikkelingsstoorn, ontwikkelingsvertrag, taalachter, taalstoorn, spraakachter,
		spraakstoorn, spraaktaal, spraak-taal, logoped, gedragsprobl, gedragsst, gedragsver, hechting, trauma, mishandel, misbruik,
		verwaarlo, huiselijk geweld, veilig thuis, meldcode, jeugdzorg, jeugdbescherm, jeugdhulp, uithuis, uit huis geplaatst,
		pleegzorg, pleegkind, pleegouder, pleeggezin, voogd, echtscheid, vechtscheid, gescheiden ouders, ondertoezicht, wijkteam,
		downsyndr, syndroom, syndrome, handicap, beperking, hoogbegaafd, motoriek, motorisch, zindelijk, eetprobl, eetstoorn,
		slaapprobl, huilbaby, angststoorn, depress, psychia, psycho, therap, fysiother, ggz, kinderarts, huisarts, ziekenhuis,
		ziekte, koorts, verslaafd, verslaving, schulden, armoede, asielzoek, overleden, overlijden, rouw, zwanger, disabled,
		disabilit, developmental, speech delay, language delay, speech therap, behaviour problem, behavior problem,
		behavioural, behavioral, attachment disorder, abuse, neglect, domestic violence, foster, custody, divorc,
		special needs, toilet train, potty, seizure, pediatric, paediatric, child protection, social services, addicted,
		addiction, pregnan, bereave, stotter, slechthorend, slechtziend, gehoorprobl`) + `)`)
	healthWords = regexp.MustCompile(`\b(?:tos|pdd-nos|ptss|ptsd|ots|mdo|indicatie|ziek|sick|ill|asd|iq|doof|deaf|hospital)\b`)
)

// oneOf makes an alternative of a list.
func oneOf(list string) string {
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(strings.TrimSpace(parts[i]))
	}
	return strings.Join(parts, "|")
}

// words screens the words of a text.
func (s *Screening) words(plain string) {
	if mailPattern.MatchString(plain) {
		s.warn(ScreenMail)
	}
	for _, p := range agePatterns {
		if p.MatchString(plain) {
			s.warn(ScreenAge)
		}
	}
	if folded := folded(plain); healthStems.MatchString(folded) || healthWords.MatchString(folded) {
		s.warn(ScreenHealth)
	}
}

// folded returns a text in small letters without accents.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}
