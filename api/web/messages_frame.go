package web

import "github.com/wijkplanner/wijkplanner/planner"

// frameMessages are the texts around pages and in their forms.
var frameMessages = map[string]planner.Text{
	"menu":      {NL: "Hoofdmenu", EN: "Main menu"},
	"statement": {NL: "Toegankelijkheidsverklaring", EN: "Accessibility statement"},
	"back":      {NL: "Terug", EN: "Back"},
	"optional":  {NL: "(niet verplicht)", EN: "(optional)"},

	"fault.title":     {NL: "Dat is niet gelukt", EN: "That did not work"},
	"fault.required":  {NL: "Vul dit in.", EN: "Fill this in."},
	"fault.number":    {NL: "Vul een getal in, zoals 24.", EN: "Fill in a number, such as 24."},
	"fault.date":      {NL: "Vul een datum in, zoals 31-12-2027.", EN: "Fill in a date, such as 2027-12-31."},
	"fault.choice":    {NL: "Kies een van de mogelijkheden.", EN: "Choose one of these."},
	"fault.order":     {NL: "Deze dag ligt voor de eerste.", EN: "This day is before the first."},
	"said.saved":      {NL: "Opgeslagen.", EN: "Saved."},
	"said.removed":    {NL: "Verwijderd.", EN: "Removed."},
	"said.published":  {NL: "Vastgesteld. De agenda’s volgen vanzelf.", EN: "Published. The calendars follow by themselves."},
	"said.undone":     {NL: "Teruggedraaid: alles staat zoals het was.", EN: "Undone: everything is as it was."},
	"said.cancelling": {NL: "Het werk stopt.", EN: "The work stops."},

	"progress.title":                   {NL: "Voortgang", EN: "Progress"},
	"progress.waiting":                 {NL: "Wacht op zijn beurt.", EN: "Waiting for its turn."},
	"progress.assign":                  {NL: "De locaties worden verdeeld.", EN: "Dividing the locations."},
	"progress.visits":                  {NL: "De bezoeken worden gepland.", EN: "Planning the visits."},
	"progress.prove":                   {NL: "Het plan wordt nagerekend.", EN: "Proving the plan."},
	"progress.save":                    {NL: "Het plan wordt bewaard.", EN: "Keeping the plan."},
	"progress.working":                 {NL: "Er wordt gewerkt.", EN: "Working."},
	"progress.done":                    {NL: "Klaar.", EN: "Done."},
	"progress.next":                    {NL: "Bekijk het resultaat", EN: "See the result"},
	"progress.cancel":                  {NL: "Stoppen", EN: "Stop"},
	"progress.cancelled":               {NL: "Gestopt: er is niets veranderd.", EN: "Stopped: nothing has changed."},
	"progress.failed":                  {NL: "Het is niet gelukt.", EN: "It did not work."},
	"progress.fault.stale":             {NL: "De regio is ondertussen veranderd. Probeer het opnieuw.", EN: "The region changed meanwhile. Try again."},
	"progress.fault.conflict":          {NL: "Het botst met wat ondertussen is afgesproken. Probeer het opnieuw.", EN: "It conflicts with what was agreed meanwhile. Try again."},
	"progress.fault.cannot_be_planned": {NL: "De gegevens laten geen plan toe. Kijk de mensen, contracten en aannames na.", EN: "The data allow no plan. Check the people, contracts and assumptions."},
	"progress.fault.faulty_plan":       {NL: "Het plan brak een harde regel en is weggegooid.", EN: "The plan broke a hard rule and was thrown away."},
	"progress.fault.too_long":          {NL: "Het duurde te lang. Probeer het met minder zoektijd.", EN: "It took too long. Try it with less time to search."},
	"progress.fault.error":             {NL: "De fout ligt bij ons en staat in het logboek.", EN: "The fault is ours and is in the log."},
}
