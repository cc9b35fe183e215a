package problem

import "net/http"

// Code tells one fault from another. Codes are part of the API: they stay.
type Code string

// The codes that a status alone tells.
const (
	BadRequest       Code = "invalid_input"
	Unauthorized     Code = "not_signed_in"
	Forbidden        Code = "not_allowed"
	NotFound         Code = "not_found"
	MethodNotAllowed Code = "method_not_allowed"
	NotAcceptable    Code = "not_acceptable"
	Timeout          Code = "too_slow"
	Conflict         Code = "conflict"
	Changed          Code = "changed_meanwhile"
	TooLarge         Code = "too_large"
	UnsupportedMedia Code = "unsupported_media_type"
	Faulty           Code = "breaks_a_rule"
	NeedsIfMatch     Code = "if_match_required"
	TooMany          Code = "too_many_requests"
	Internal         Code = "internal"
	Unavailable      Code = "unavailable"
	DiskFull         Code = "storage_full"
)

// The codes of faults that share their status with others.
const (
	AppPassword Code = "app_password_required"
	CrossSite   Code = "other_site"
	Stale       Code = "stale"
	KeyReused   Code = "key_reused"
	KeyBusy     Code = "key_in_use"
	AlreadyDone Code = "already_done"
	TimeTaken   Code = "time_taken"
	BadCursor   Code = "bad_cursor"
	TextRefused Code = "text_refused"
	TextWarned  Code = "text_warned"
	NeedsReason Code = "reason_required"
	NeedsPlan   Code = "no_plan"
	NeedsProof  Code = "proof_required"
	// LastAdministrator and OwnRole protect the accounts.
	LastAdministrator Code = "last_administrator"
	OwnRole           Code = "own_role"
)

type kind struct {
	status int
	Sentences
}

// plain lists the codes that a status alone tells.
var plain = []Code{
	BadRequest, Unauthorized, Forbidden, NotFound, MethodNotAllowed, NotAcceptable, Timeout, Conflict, Changed, TooLarge,
	UnsupportedMedia, Faulty, NeedsIfMatch, TooMany, Internal, Unavailable, DiskFull,
}

// kinds says for each code its status and what to do about it.
var kinds = map[Code]kind{
	BadRequest: {http.StatusBadRequest, Sentences{
		"Deze vraag klopt niet. Wat er mis is, staat in errors.",
		"This request is not right. What is wrong is in errors.",
	}},
	Unauthorized: {http.StatusUnauthorized, Sentences{
		"U bent niet aangemeld. Meld u aan, of geef een geldig token mee.",
		"You are not signed in. Sign in, or send a valid token.",
	}},
	Forbidden: {http.StatusForbidden, Sentences{
		"Dit mag u niet. Vraag het uw teamleider of beheerder.",
		"You may not do this. Ask your team lead or administrator.",
	}},
	NeedsProof: {http.StatusForbidden, Sentences{
		"Bevestig eerst op de pagina /confirm dat u het bent. Dat geldt tien minuten.",
		"First confirm on the page /confirm that it is you. That lasts ten minutes.",
	}},
	AppPassword: {http.StatusUnauthorized, Sentences{
		"Geef de gebruikersnaam en het app-wachtwoord die u voor dit apparaat kreeg.",
		"Give the user name and the app password that you got for this device.",
	}},
	CrossSite: {http.StatusForbidden, Sentences{
		"Dit kwam van een pagina van een ander. Open de link zelf en probeer het daar.",
		"This came from a page of somebody else. Open the link yourself and try there.",
	}},
	NotFound: {http.StatusNotFound, Sentences{
		"Hier is niets, of niet meer. Controleer het adres, of vraag wie het u gaf om een nieuw.",
		"There is nothing here, or no longer. Check the address, or ask whoever gave it to you for a new one.",
	}},
	MethodNotAllowed: {http.StatusMethodNotAllowed, Sentences{
		"Dit kan niet op dit adres. Wat wel kan, staat in de kop Allow.",
		"This address does not do that. What it does is in the Allow header.",
	}},
	NotAcceptable: {http.StatusNotAcceptable, Sentences{
		"In deze vorm is het er niet. Vraag om application/json.",
		"It does not come in this form. Ask for application/json.",
	}},
	Timeout: {http.StatusRequestTimeout, Sentences{
		"De vraag kwam niet op tijd helemaal binnen. Probeer het opnieuw.",
		"The request did not arrive whole in time. Try again.",
	}},
	Conflict: {http.StatusConflict, Sentences{
		"Dit kan niet naast wat er al is. Kijk wat er nu staat en kies opnieuw.",
		"This cannot stand beside what is there. Look at what there is now and choose again.",
	}},
	TimeTaken: {http.StatusConflict, Sentences{
		"Deze tijd is net bezet. Kies een andere; de eerste vrije staan erbij.",
		"This time has just been taken. Choose another; the first free ones are listed.",
	}},
	Stale: {http.StatusConflict, Sentences{
		"Intussen is er iets veranderd. Maak het voorstel opnieuw.",
		"Something changed in the meantime. Make the proposal again.",
	}},
	KeyBusy: {http.StatusConflict, Sentences{
		"Deze vraag wordt al behandeld. Vraag het over een paar tellen opnieuw.",
		"This request is being worked on. Ask again in a few seconds.",
	}},
	AlreadyDone: {http.StatusConflict, Sentences{
		"Deze vraag is al uitgevoerd, maar het antwoord ging verloren. Zoek op wat er nu staat.",
		"This request was carried out already, but its answer was lost. Look up what there is now.",
	}},
	NeedsPlan: {http.StatusConflict, Sentences{
		"Er is nog geen vastgesteld plan. Stel eerst een plan vast.",
		"No plan is published yet. Publish a plan first.",
	}},
	LastAdministrator: {http.StatusConflict, Sentences{
		"Dit is de laatste beheerder. Maak eerst een ander beheerder.",
		"This is the last administrator. Make another one first.",
	}},
	OwnRole: {http.StatusConflict, Sentences{
		"Uw eigen rollen wijzigt u niet zelf. Vraag een andere beheerder.",
		"You do not change your own roles. Ask another administrator.",
	}},
	Changed: {http.StatusPreconditionFailed, Sentences{
		"Iemand anders heeft dit intussen gewijzigd. Zoals het nu is, staat in current.",
		"Somebody else changed this in the meantime. What it is now is in current.",
	}},
	TooLarge: {http.StatusRequestEntityTooLarge, Sentences{
		"Deze vraag is te groot. Vraag of stuur minder tegelijk.",
		"This request is too large. Ask for, or send, less at once.",
	}},
	UnsupportedMedia: {http.StatusUnsupportedMediaType, Sentences{
		"Deze vorm kan Wijkplanner niet lezen. Stuur application/json.",
		"Wijkplanner cannot read this form. Send application/json.",
	}},
	Faulty: {http.StatusUnprocessableEntity, Sentences{
		"Dit breekt een harde regel. Welke, staat in errors.",
		"This breaks a hard rule. Which one is in errors.",
	}},
	KeyReused: {http.StatusUnprocessableEntity, Sentences{
		"Deze Idempotency-Key hoort bij een andere vraag. Gebruik voor elke vraag een nieuwe.",
		"This Idempotency-Key belongs to another request. Use a new one for each request.",
	}},
	TextRefused: {http.StatusUnprocessableEntity, Sentences{
		"Deze tekst is geweigerd. Schrijf niets over een kind of gezin.",
		"This text is refused. Write nothing about a child or a family.",
	}},
	TextWarned: {http.StatusUnprocessableEntity, Sentences{
		"Deze tekst lijkt over een kind of gezin te gaan. Schrijf niets over een kind of gezin; klopt dat, bevestig het dan met confirmed.",
		"This text seems to be about a child or a family. Write nothing about a child or a family; if it is not, send it again with confirmed.",
	}},
	NeedsReason: {http.StatusUnprocessableEntity, Sentences{
		"Hiervoor is een reden nodig. Geef een van de codes uit de beschrijving.",
		"This needs a reason. Give one of the codes of the description.",
	}},
	NeedsIfMatch: {http.StatusPreconditionRequired, Sentences{
		"Geef in de kop If-Match de ETag mee van wat u wijzigt, zodat u niemands werk overschrijft.",
		"Send in the If-Match header the ETag of what you change, so that you overwrite nobody's work.",
	}},
	BadCursor: {http.StatusBadRequest, Sentences{
		"Deze cursor is niet van ons of niet voor deze lijst. Begin opnieuw zonder cursor.",
		"This cursor is not ours, or not of this list. Start again without a cursor.",
	}},
	TooMany: {http.StatusTooManyRequests, Sentences{
		"U vraagt dit te vaak. Probeer het opnieuw na het aantal seconden in de kop Retry-After.",
		"You ask for this too often. Try again after the number of seconds in the Retry-After header.",
	}},
	Internal: {http.StatusInternalServerError, Sentences{
		"Er ging bij ons iets mis. Probeer het later opnieuw; meldt u het, noem dan het nummer in request_id.",
		"Something went wrong on our side. Try again later; if you report it, mention the request_id.",
	}},
	Unavailable: {http.StatusServiceUnavailable, Sentences{
		"Wijkplanner kan nu niet antwoorden. Probeer het zo opnieuw.",
		"Wijkplanner cannot answer now. Try again in a moment.",
	}},
	DiskFull: {http.StatusInsufficientStorage, Sentences{
		"De opslag is vol; er is niets bewaard. Waarschuw uw beheerder.",
		"The storage is full; nothing was saved. Tell your administrator.",
	}},
}
