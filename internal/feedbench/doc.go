// Command feedbench measures our calendar feeds side by side with Radicale, on
// this machine in one run: what a first rendering, a repeated read and an
// unchanged feed cost each server, and how long a read takes while a thousand
// different feeds are read two thousand times a second.
//
// It makes the data, starts both servers on the loopback interface, asks them
// the same questions, and stops what it started. The load is bounded in number
// and in time, and goes to loopback addresses only. `make bench-feeds` runs it.
//
// It may import planner/store, planner and calendar, to make the data; it
// speaks HTTP/1.1 by hand, since a client that costs more than the server would
// measure itself.
package main
