package web

import "github.com/wijkplanner/wijkplanner/planner"

// wholeMessages are the texts of what takes a while to work out: scenarios side by
// side in everything they mean, and the least remedies.
var wholeMessages = map[string]planner.Text{
	"whole.head":          {NL: "Alles naast elkaar", EN: "Everything side by side"},
	"whole.about":         {NL: "De nieuwste scenario’s, hoogstens vijf, en de regio zoals die nu is: elk opnieuw verdeeld en gepland met dezelfde zoektijd, met prognose en wachttijden erbij.", EN: "The newest scenarios, five at most, and the region as it is now: each divided and planned anew with the same time to search, with the forecast and the waiting times."},
	"whole.do":            {NL: "Alles doorrekenen", EN: "Work everything out"},
	"whole.lead":          {NL: "Wat elk scenario betekent voor werklast, reizen, gezichten, tekort en wachttijd.", EN: "What each scenario means for loads, travel, faces, shortage and waiting time."},
	"whole.lead.stale":    {NL: "Wat elk scenario betekende toen dit werd doorgerekend; de regio is daarna veranderd.", EN: "What each scenario meant when this was worked out; the region changed since."},
	"whole.figures.about": {NL: "Tekort is het grootste van een rol in één maand, in FTE; wachten is in dagen, gesimuleerd.", EN: "Short is the greatest of a role in one month, in FTE; waits are in days, simulated."},
	"whole.heaviest":      {NL: "Zwaarste last", EN: "Heaviest load"},
	"whole.faces":         {NL: "Gezichten", EN: "Faces"},
	"whole.hands":         {NL: "Gaan over", EN: "Change hands"},
	"whole.short":         {NL: "Tekort (FTE)", EN: "Short (FTE)"},
	"whole.consult":       {NL: "Wachten op consult", EN: "Wait for a consult"},
	"whole.acute":         {NL: "Wachten, acuut", EN: "Wait, acute"},
	"whole.misfits":       {NL: "Eerste maand die niet past", EN: "First month that does not fit"},
	"whole.misfits.about": {NL: "Per scenario en rol: vanaf wanneer er meer gevraagd wordt dan er tijd is, en hoeveel uur in die maand.", EN: "By scenario and role: from when more is asked than there is time for, and how many hours in that month."},
	"whole.role":          {NL: "Rol", EN: "Role"},
	"whole.hours":         {NL: "Uren tekort", EN: "Hours short"},
	"whole.fits":          {NL: "Alles past", EN: "Everything fits"},
	"whole.fits.text":     {NL: "In geen enkele maand wordt meer gevraagd dan er tijd is.", EN: "In no month is more asked than there is time for."},

	"remedies.head":             {NL: "Kleinste oplossing", EN: "Smallest remedy"},
	"remedies.about":            {NL: "Past niet alles? Zoek de minste extra tijd, de minste locaties die overgaan en de minste tweede bezoeken die vervallen waarmee alle toegezegde bezoeken gepland zijn.", EN: "Does not everything fit? Look for the least extra time, the fewest locations that change hands and the fewest second visits taken back with which all promised visits are planned."},
	"remedies.do":               {NL: "Zoek de kleinste oplossing", EN: "Look for the smallest remedy"},
	"remedies.lead":             {NL: "Het minste van elke soort waarmee alles past.", EN: "The least of each kind with which everything fits."},
	"remedies.lead.stale":       {NL: "Het minste van elke soort waarmee alles paste toen dit werd gezocht; de regio is daarna veranderd.", EN: "The least of each kind with which everything fitted when this was looked for; the region changed since."},
	"remedies.list.about":       {NL: "Kosten zijn uren op de schaal van het plan, waarin reizen en wensen samen tellen; minder is beter.", EN: "Costs are hours on the scale of the plan, in which travel and wishes count together; less is better."},
	"remedies.what":             {NL: "Wat", EN: "What"},
	"remedies.least":            {NL: "Minstens", EN: "At least"},
	"remedies.proof":            {NL: "Waarom niet minder", EN: "Why not less"},
	"remedies.cost":             {NL: "Kosten erbij (uren)", EN: "Added cost (hours)"},
	"remedies.none":             {NL: "Alles past", EN: "Everything fits"},
	"remedies.none.text":        {NL: "Alle toegezegde bezoeken zijn te plannen; er is niets op te lossen.", EN: "All promised visits can be planned; there is nothing to mend."},
	"remedy.more_hours":         {NL: "Extra tijd", EN: "Extra time"},
	"remedy.move_locations":     {NL: "Locaties die overgaan", EN: "Locations that change hands"},
	"remedy.drop_second_visits": {NL: "Tweede bezoeken die vervallen", EN: "Second visits taken back"},
	"remedy.proved":             {NL: "bewezen: met minder kan het niet", EN: "proved: it cannot be done with less"},
	"remedy.tried":              {NL: "geprobeerd: met minder lukte het niet", EN: "tried: it was not done with less"},
	"remedy.not_enough":         {NL: "niets wat geprobeerd is, is genoeg", EN: "nothing that was tried is enough"},
	"progress.remedies":         {NL: "De kleinste oplossingen worden gezocht.", EN: "Looking for the smallest remedies."},
}
