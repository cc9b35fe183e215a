package web

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// longestAddress is the longest address of a feed that every calendar program
// takes: Google drops longer ones in silence.
const longestAddress = 200

// Subscription is a feed that somebody is about to subscribe to.
type Subscription struct {
	// Name is what the calendar is called.
	Name string
	// Level is how much it tells: full, no_names or busy.
	Level string
	// HideCancelled says that visits that fell through are left out.
	HideCancelled bool
	// Links are its addresses.
	Links Links
}

// Links are the addresses by which calendar programs know a feed.
type Links struct {
	// Page is the page about it, for people.
	Page string
	// Address is what every program takes.
	Address string
	// Webcal is the same for a program that opens by itself.
	Webcal string
	// Google and Outlook are pages of those services that subscribe to it.
	Google, Outlook string
}

// LinksOf returns the links of a feed's token below the address that people
// use.
func LinksOf(public, token string) (Links, error) {
	public = strings.TrimSuffix(public, "/")
	base, err := url.Parse(public)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return Links{}, errors.New("the public address: want one such as https://planner.example.nl")
	}
	address := public + "/f/" + token + ".ics"
	if len(address) >= longestAddress {
		return Links{}, fmt.Errorf("the address of a feed would have %d characters, want less than %d: choose a shorter public address",
			len(address), longestAddress)
	}
	webcal := "webcal" + strings.TrimPrefix(address, base.Scheme)
	return Links{
		Page: public + "/subscribe/" + token, Address: address, Webcal: webcal,
		Google:  "https://calendar.google.com/calendar/r?cid=" + url.QueryEscape(webcal),
		Outlook: "https://outlook.office.com/calendar/0/addfromweb?url=" + url.QueryEscape(address),
	}, nil
}

// subscribeBody is what the template shows.
type subscribeBody struct {
	Subscription
	// Webcal shadows the link's: html/template trusts no scheme but the web's.
	Webcal template.URL
	Code   QR
	Delays []delay
}

// delay is how long a family of programs takes to show a change.
type delay struct{ Client, Delay string }

// delays are the keys of the table on the page, the most common first.
var delays = []delay{
	{"subscribe.apple", "subscribe.apple.delay"},
	{"subscribe.google", "subscribe.google.delay"},
	{"subscribe.outlook", "subscribe.outlook.delay"},
	{"subscribe.thunderbird", "subscribe.thunderbird.delay"},
}

// WriteSubscribe writes the page that helps somebody to subscribe to a feed.
// Nothing is written on error.
func WriteSubscribe(w io.Writer, lang Lang, s Subscription) error {
	title, err := lang.message("subscribe.title")
	if err != nil {
		return err
	}
	// The code opens this very page on a phone: not every phone knows what to
	// do with webcal.
	code, err := NewQR(s.Links.Page)
	if err != nil {
		return err
	}
	home, err := url.Parse(s.Links.Page)
	if err != nil {
		return fmt.Errorf("address of the page: %w", err)
	}
	return write(w, "subscribe", page{
		Lang: lang, Title: title, Home: home.EscapedPath(), Made: calendar.NoDate,
		Body: subscribeBody{s, template.URL(s.Links.Webcal), code, delays}, //nolint:gosec // made above of our own address
	})
}
