package service

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/internal/mailtest"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// canary is a text that must not be kept, with what to look for.
type canary struct{ text, mark string }

// canaries are 200 texts: numbers of citizens, names, birth dates and words of
// health, all made up.
func canaries() (bsn, others []canary) {
	for n := 800_000_01; len(bsn) < 50; n++ {
		eight, sum := fmt.Sprintf("%08d", n), 0
		for i := range 8 {
			sum += (9 - i) * int(eight[i]-'0')
		}
		if last := sum % 11; last < 10 {
			number := fmt.Sprintf("%s%d", eight, last)
			bsn = append(bsn, canary{"kind " + number, number})
		}
	}
	for i := range 50 {
		mark := fmt.Sprintf("kanarie%03d", i)
		others = append(others,
			canary{"Fenna Kwetteraar-" + mark + "a", mark + "a"},
			canary{fmt.Sprintf("geb. %d-%d-2023 %sb", 1+i%28, 1+i%12, mark), mark + "b"},
			canary{"onderzoek naar autisme " + mark + "c", mark + "c"})
	}
	return bsn, others
}

// haystack gathers all that comes out of the program.
type haystack struct {
	strings.Builder
	*busyWorld
}

func (h *haystack) gather(server *mailtest.SMTP) {
	h.Helper()
	h.must(h.Store.ExportRows(h.Context(), func(r store.Row) error {
		for _, v := range r.Values {
			if v != nil {
				h.WriteString(*v + "\n")
			}
		}
		return nil
	}))
	path := filepath.Join(h.TempDir(), "backup.tar")
	_, err := h.Store.Backup(h.Context(), path, testNow)
	h.must(err)
	backup, err := os.ReadFile(path)
	h.must(err)
	h.Write(backup)
	var own bytes.Buffer
	h.must(h.OwnData(h.Context(), Subject{Kind: store.StaffSubject, ID: "anna"}, &own))
	for name, rows := range entriesOf(h.T, own.Bytes()) {
		for _, row := range rows {
			for column, v := range row {
				if v != nil {
					h.WriteString(name + "." + column + ": " + *v + "\n")
				}
			}
		}
	}
	for _, m := range server.Mails() {
		fmt.Fprintf(h, "%+v\n", m)
	}
	h.WriteString(h.log.String())
}

// TestRV1_Canaries sends 200 marked texts through every way in: files, calendars
// of others, answers by mail, names of contacts, calendar programs, free texts.
// None comes out anywhere: not in a table, backup, feed, mail, export, log or
// error. Names of children are known by nobody, so in the free texts only what
// can be recognised is refused or warned of; the names of staff in files are to
// be kept and are no canaries.
func TestRV1_Canaries(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		b := newBusyWorld(w)
		server := mailtest.StartSMTP(w.T, nil)
		b.contact(store.LocationFeed, "een", "nest@example.nl", store.Dutch, store.ByInvitation)
		b.publishes()
		b.sends(server)
		h := &haystack{busyWorld: b}
		bsn, others := canaries()
		all := slices.Concat(bsn, others)

		var events []string
		for i, c := range all {
			start := testNow.AddDate(0, 0, 1+i).UTC().Format("20060102T150405Z")
			events = append(events, fmt.Sprintf("DTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:%s\r\nDESCRIPTION:%[2]s\r\nLOCATION:%[2]s\r\nCOMMENT:%[2]s\r\n"+
				"CATEGORIES:%[2]s\r\nATTENDEE;CN=\"%[2]s\":mailto:%[3]s@example.nl\r\nX-NOTE:%[2]s\r\nURL:https://example.nl/%[3]s", start, c.text, c.mark))
		}
		b.gives(calendarOf(events...))
		b.adds()
		b.does(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, all[0].text, http.StatusTeapot) })
		b.later()

		_, token, err := b.Store.CreateFeed(b.Context(), store.NewFeed{Scope: store.FeedScope{Kind: store.StaffFeed, ID: "anna"}, Level: store.FullDetail, Language: store.Dutch})
		b.must(err)
		refused := 0
		for i, c := range all {
			raw := bytes.ReplaceAll(answer{stamp: testNow.Add(time.Duration(i) * time.Second).Format("20060102T150405Z")}.message(), []byte("CANARY"), []byte(c.text))
			outcome, err := b.TakeMessage(b.Context(), raw)
			fmt.Fprintln(h, outcome, err)
			reading, err := b.Feed(b.Context(), token, c.text+"/1.0", testNow)
			b.must(err)
			if i%20 == 0 {
				rendering, err := reading.Content(b.Context())
				b.must(err)
				body, err := rendering.Body()
				b.must(err)
				h.Write(body)
			}
		}
		for _, c := range bsn {
			_, err := b.Store.AddContact(b.Context(), store.Contact{
				Scope: store.FeedScope{Kind: store.LocationFeed, ID: "een"}, Name: c.text, Mail: "x@example.nl", Language: store.Dutch, Calendar: store.ByFeed,
			}, testNow)
			if err != nil {
				refused++
			}
			fmt.Fprintln(h, err)
			text := "staff_id,name,organisation,role,hours_week,home_postcode,work_pattern,skills\nx," + c.text + ",ggd," + c.mark + "," + c.mark + ",6511AB,mo 09:00-12:00," + c.text + "\n"
			report, err := b.ImportFile(b.Context(), "", "staff", "staff.csv", strings.NewReader(text), ImportOptions{})
			fmt.Fprintln(h, report, err)
			if report != nil {
				fmt.Fprintf(h, "%+v\n", *report)
			}
		}
		found, warned := 0, 0
		for _, c := range all {
			s := planner.Screen(c.text, planner.RemarkLimit, calendar.DateOf(testNow, time.UTC))
			if err := s.Err(true); err != nil {
				found++
				fmt.Fprintln(h, err)
			} else if err := s.Err(false); err != nil {
				warned++
				fmt.Fprintln(h, err)
			}
		}
		b.sends(server)
		h.gather(server)
		// What is to be kept is found, so the search is one.
		for _, kept := range []string{"Jan van 't Hoff", "nest@example.nl", "BEGIN:VEVENT", "Het Nest"} {
			if !strings.Contains(h.String(), kept) {
				w.Errorf("%q is not in what was gathered", kept)
			}
		}
		if busy, err := b.Store.Busy(b.Context(), "", testNow, testNow.AddDate(1, 0, 0)); err != nil || len(busy) < len(all)/2 {
			w.Errorf("the calendar was not read: %d busy times (%v)", len(busy), err)
		}
		leaks := 0
		for _, c := range all {
			if strings.Contains(h.String(), c.mark) {
				leaks++
				w.Errorf("%q came out", c.mark)
			}
		}
		w.Logf("R-V1: %d canaries by calendar, mail and program, %d in %d contacts and files; %d refused and %d warned of in a free text; %d came out of %d bytes",
			len(all), len(bsn), refused, found, warned, leaks, h.Len())
		if refused != len(bsn) || found != 100 || warned != 50 {
			w.Errorf("%d contacts refused, %d texts refused, %d warned of; want 50, 100, 50", refused, found, warned)
		}
	})
}
