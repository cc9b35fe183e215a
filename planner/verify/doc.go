// Package verify proves a plan again from its files alone: the input folder,
// read as a planner.State, and the plan folder, read as a Folder.
//
// It shares no code with what made the plan. It knows the types of package
// planner and the dates, recurrences and holidays of package calendar, and
// nothing of the optimisation cores: every formula of docs/model.md – travel,
// load, capacity, who applies, windows, spacing, the balance charge, the lower
// bound – is written here a second time, as plainly as it can be. A mistake in
// the search or in its bookkeeping then shows as a difference, not as a plan.
package verify
