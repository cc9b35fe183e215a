/*
 * Lists the events of a feed as libical reads it.
 * usage: read_feed FILE; a JSON object per line, times in Europe/Amsterdam.
 * build: cc -o read_feed read_feed.c -lical
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_line(char *buffer, size_t size, void *file) {
  return fgets(buffer, (int)size, file);
}

static void print_text(const char *name, const char *text) {
  printf("\"%s\": \"", name);
  for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c; c++) {
    if (*c == '"' || *c == '\\')
      printf("\\%c", *c);
    else if (*c < ' ')
      printf("\\u%04x", *c);
    else
      putchar(*c);
  }
  putchar('"');
}

/* print_time takes the zone of a time from the VTIMEZONE of the feed. */
static void print_time(const char *name, struct icaltimetype at) {
  char text[40], offset[8];
  struct tm local;
  if (icaltime_is_date(at)) {
    printf("\"%s\": \"%04d-%02d-%02d\"", name, at.year, at.month, at.day);
    return;
  }
  time_t moment = icaltime_as_timet_with_zone(at, icaltime_get_timezone(at));
  localtime_r(&moment, &local);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
  strftime(offset, sizeof offset, "%z", &local);
  printf("\"%s\": \"%s%.3s:%s\"", name, text, offset, offset + 3);
}

static const char *status_of(icalcomponent *event) {
  switch (icalcomponent_get_status(event)) {
  case ICAL_STATUS_CONFIRMED:
    return "CONFIRMED";
  case ICAL_STATUS_CANCELLED:
    return "CANCELLED";
  default:
    return "";
  }
}

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (!file) {
    fprintf(stderr, "usage: read_feed FILE\n");
    return 2;
  }
  setenv("TZ", "Europe/Amsterdam", 1);
  tzset();
  icalparser *parser = icalparser_new();
  icalparser_set_gen_data(parser, file);
  icalcomponent *calendar = icalparser_parse(parser, read_line);
  if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT || icalcomponent_count_errors(calendar) > 0) {
    fprintf(stderr, "libical finds no calendar, or %d faults in it\n", calendar ? icalcomponent_count_errors(calendar) : 0);
    return 1;
  }
  for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
       event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
    putchar('{');
    print_text("uid", icalcomponent_get_uid(event));
    printf(", ");
    print_time("start", icalcomponent_get_dtstart(event));
    printf(", ");
    print_time("end", icalcomponent_get_dtend(event));
    printf(", ");
    print_text("summary", icalcomponent_get_summary(event));
    printf(", ");
    print_text("status", status_of(event));
    printf(", ");
    print_text("description", icalcomponent_get_description(event));
    printf("}\n");
  }
  icalcomponent_free(calendar);
  icalparser_free(parser);
  fclose(file);
  return 0;
}
