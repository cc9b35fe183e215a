// Package outside holds everything that leaves the machine: mail and the
// mailbox with the answers to it, the calendars of others, webhooks, and road
// routers.
//
// Each part is a small client with its limits first: a timeout on every
// connection, a bound on every body, and, where others choose the address, a
// guard on every connection that is made. What comes back is handed on as it
// came; what it means is for planner/service to say. The errors are codes and
// fixed sentences: no text of a server, no address and no secret is in them.
//
// It may import planner and calendar, and it alone speaks SMTP, IMAP and OSRM's HTTP.
package outside
