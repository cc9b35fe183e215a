package planner

import (
	"fmt"
	"strings"
)

// changeSentences say in words what the smallest change of an unplanned visit
// is, by its code, with the person, the day, the amount and what gives way.
var changeSentences = map[string]Text{
	"away":         {"Als {staff} op {day} {amount} minuten langer werkt, kan het.", "It can be when {staff} works {amount} minutes longer on {day}."},
	"overlap":      {"Als {what} van {staff} op {day} wijkt, kan het.", "It can be when {what} of {staff} on {day} gives way."},
	"day_cap":      {"Als {staff} op {day} {amount} bezoek meer mag, kan het.", "It can be when {staff} may have {amount} visit more on {day}."},
	"week_cap":     {"Als {staff} in de week van {day} {amount} bezoek meer mag, kan het.", "It can be when {staff} may have {amount} visit more in the week of {day}."},
	"reserve":      {"Als er op {day} bij {staff} {amount} minuten minder vrij blijven voor acute vragen, kan het.", "It can be when {amount} minutes less of {staff} stay free for acute questions on {day}."},
	"max_duration": {"Als de dag van {staff} op {day} {amount} minuten langer mag, kan het.", "It can be when the day of {staff} on {day} may be {amount} minutes longer."},
	"gap":          {"Als de bezoeken {amount} dagen dichter bij elkaar mogen, kan het op {day}.", "It can be on {day} when visits may be {amount} days closer."},
	"window":       {"Als de locatie op {day} op een andere tijd kan, kan het.", "It can be when the location has another time on {day}."},
	blockedNothing: {"Er is weer plaats, bij {staff} op {day}: maak opnieuw een plan.", "There is room again, with {staff} on {day}: plan again."},
	"moves":        {"Als er {amount} afspraak meer mag schuiven, kan het op {day}.", "It can be on {day} when {amount} appointment more may move."},
}

// ChangeText says in words what the code of a smallest change means (see
// docs/output.md); a code without words is given back as it is.
func ChangeText(code string) Text {
	switch {
	case code == "":
		return Text{"Geen enkele losse wijziging maakt het mogelijk.", "No single change makes it possible."}
	case strings.HasPrefix(code, "assign somebody as "):
		roles := strings.TrimPrefix(code, "assign somebody as ")
		return Text{"Wijs iemand toe als " + strings.ReplaceAll(roles, " and ", " en ") + ".", "Assign somebody as " + roles + "."}
	case code == changeConsent:
		return Text{"De ouders geven toestemming, met de datum.", "The parents give their consent, with its date."}
	case code == changePassed:
		return Text{"De overleggen waarop het kon, zijn voorbij.", "The meetings it could be on are over."}
	case strings.HasPrefix(code, "move "):
		return moveText(code)
	}
	rule, rest, _ := strings.Cut(code, " ")
	words, known := changeSentences[rule]
	if !known {
		return Text{code, code}
	}
	c := parseChange(rest)
	fill := func(sentence, what string) string {
		return strings.NewReplacer("{staff}", c.staff, "{day}", c.day, "{amount}", c.amount, "{what}", what).Replace(sentence)
	}
	return Text{fill(words.NL, c.without.NL), fill(words.EN, c.without.EN)}
}

// moveText is for “move MEETING on DAY for STAFF”.
func moveText(code string) Text {
	f := strings.Fields(code)
	if len(f) != 6 {
		return Text{code, code}
	}
	return Text{
		fmt.Sprintf("Verzet %s van %s, zodat %s erbij kan zijn.", f[1], f[3], f[5]),
		fmt.Sprintf("Move %s of %s, so that %s can attend.", f[1], f[3], f[5]),
	}
}

// changeParts are the parts of “[STAFF] on DAY [+AMOUNT] [without WHAT]”.
type changeParts struct {
	staff, day, amount string
	without            Text
}

func parseChange(text string) changeParts {
	text, what, given := strings.Cut(text, "without ")
	c := changeParts{without: Text{"een afspraak", "an appointment"}}
	switch {
	case given && what == aBreak:
		c.without = Text{"een pauze of consulttijd", "a break or consult time"}
	case given:
		c.without = Text{what, what}
	}
	f := strings.Fields(text)
	for i, word := range f {
		switch {
		case word == "on" && i+1 < len(f):
			c.day = f[i+1]
		case strings.HasPrefix(word, "+"):
			c.amount = word[1:]
		case i == 0:
			c.staff = word
		}
	}
	return c
}
