// Lists the events of a feed as ical.js or node-ical reads it.
// usage: node read_feed.mjs ical.js|node-ical FILE; a JSON object per line, times in Europe/Amsterdam.
import { readFileSync } from "node:fs";

const [reader, path] = process.argv.slice(2);
const feed = readFileSync(path, "utf8");

// local writes an instant as 2027-01-11T09:00:00+01:00.
function local(date) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Amsterdam", dateStyle: "short", timeStyle: "medium",
  }).format(date).replace(" ", "T");
  const offset = (Date.parse(parts + "Z") - date.getTime()) / 3600e3;
  return `${parts}+0${offset}:00`;
}

function print(uid, start, end, summary, status, description) {
  console.log(JSON.stringify({ uid, start, end, summary, status, description: description ?? "" }));
}

if (reader === "ical.js") {
  const ICAL = (await import("ical.js")).default;
  const calendar = new ICAL.Component(ICAL.parse(feed));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const text = (time) => (time.isDate ? time.toString() : local(time.toJSDate()));
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    print(event.uid, text(event.startDate), text(event.endDate), event.summary,
      component.getFirstPropertyValue("status"), event.description);
  }
} else {
  const ical = (await import("node-ical")).default;
  const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((n) => String(n).padStart(2, "0")).join("-");
  for (const event of Object.values(ical.sync.parseICS(feed))) {
    if (event.type === "VEVENT") {
      const text = (time) => (event.datetype === "date" ? day(time) : local(time));
      print(event.uid, text(event.start), text(event.end), event.summary, event.status, event.description);
    }
  }
}
