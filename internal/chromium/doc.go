// Package chromium gives tests a real Chromium: one for each test process, with a
// page of its own, and cookies of its own, for each test.
//
// A page counts what must not happen on it: requests to another host, what the
// Content-Security-Policy refuses, shifts of the layout, faults of scripts, pages
// that a browser may keep. Check asks axe-core and measures what a designer would:
// what sticks out of the screen, and targets too small to touch.
//
// Only tests import it. It imports nothing of the project.
package chromium
