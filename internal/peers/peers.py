"""Solves generalised assignment files with OR-Tools CP-SAT and HiGHS, and with
Wijkplanner, in one run, and prints one table: cost and gap to the best bound
that any of them proved. `make bench-peers` sets up what it needs.

usage: peers.py WIJKPLANNER FILE... [--own 1,10,60] [--peers 10,60] [--threads 2] [--processor]

With --processor, seconds are counted in processor time, for a busy machine: as
much of it as --threads free cores would give each of the three.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time

import highspy
from ortools.sat.python import cp_model


def read(path):
    """Returns costs, uses and capacities of an OR-Library file."""
    with open(path, encoding="ascii") as f:
        numbers = [int(w) for w in f.read().split()]
    m, n = numbers[:2]
    rest = numbers[2:]
    costs = [rest[i * n : (i + 1) * n] for i in range(m)]
    uses = [rest[(m + i) * n : (m + i + 1) * n] for i in range(m)]
    return costs, uses, rest[2 * m * n : 2 * m * n + m]


class Clock:
    """Tells when a solver's time is over: seconds on the wall or, for a busy
    machine, as many seconds of processor time for each thread."""

    def __init__(self, seconds, threads, processor):
        self.processor = processor
        self.end = time.process_time() + seconds * threads
        self.wall = seconds * (100 if processor else 1)

    def over(self):
        return self.processor and time.process_time() > self.end

    def watch(self, stop):
        """Calls stop once the processor time is used up."""

        def wait():
            while not self.done.wait(0.05):
                if self.over():
                    stop()
                    return

        self.done = threading.Event()
        if self.processor:
            threading.Thread(target=wait, daemon=True).start()
        return self.done


def cp_sat(costs, uses, capacities, clock, threads):
    model = cp_model.CpModel()
    m, n = len(costs), len(costs[0])
    x = [[model.new_bool_var("") for _ in range(n)] for _ in range(m)]
    for j in range(n):
        model.add_exactly_one(x[i][j] for i in range(m))
    for i in range(m):
        model.add(sum(uses[i][j] * x[i][j] for j in range(n)) <= capacities[i])
    model.minimize(sum(costs[i][j] * x[i][j] for i in range(m) for j in range(n)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = clock.wall
    solver.parameters.num_workers = threads
    done = clock.watch(solver.stop_search)
    status = solver.solve(model)
    done.set()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.best_objective_bound
    return round(solver.objective_value), solver.best_objective_bound


def highs(costs, uses, capacities, clock, threads):
    m, n = len(costs), len(costs[0])
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("time_limit", float(clock.wall))
    h.setOptionValue("threads", threads)
    for i in range(m):
        for j in range(n):
            h.addVar(0, 1)
            k = i * n + j
            h.changeColCost(k, costs[i][j])
            h.changeColIntegrality(k, highspy.HighsVarType.kInteger)
    for j in range(n):
        h.addRow(1, 1, m, [i * n + j for i in range(m)], [1.0] * m)
    for i in range(m):
        h.addRow(-highspy.kHighsInf, capacities[i], n, [i * n + j for j in range(n)], [float(u) for u in uses[i]])
    if clock.processor:
        h.cbMipInterrupt += lambda event: event.interrupt() if clock.over() else None
    h.run()
    info = h.getInfo()
    cost = info.objective_function_value
    found = cost < highspy.kHighsInf and info.primal_solution_status == 2
    return (round(cost) if found else None), info.mip_dual_bound


def own(program, path, seconds, threads, processor):
    command = [program, "bench", "gap", path, "--seconds", str(seconds)]
    if processor:
        command += ["--processor", str(threads)]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(out.stdout)
    costs, uses, capacities = read(path)
    loads = [0] * len(capacities)
    total = 0
    for j, i in enumerate(answer["assignment"]):
        loads[i] += uses[i][j]
        total += costs[i][j]
    if total != answer["cost"] or any(l > c for l, c in zip(loads, capacities)):
        sys.exit(f"{path}: our own answer is not what it says")
    return answer["cost"], answer["bound"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--own", default="1,10,60")
    parser.add_argument("--peers", default="10,60")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processor", action="store_true")
    args = parser.parse_args()
    runs = [("wijkplanner", float(s)) for s in args.own.split(",")]
    for name in ("cp-sat", "highs"):
        runs += [(name, float(s)) for s in args.peers.split(",")]
    print("instance\t" + "\t".join(f"{n} {s:g} s" for n, s in runs) + "\tbest bound")
    gaps = [[] for _ in runs]
    for path in args.files:
        results = []
        for name, seconds in runs:
            if name == "wijkplanner":
                results.append(own(args.program, path, seconds, args.threads, args.processor))
                continue
            solve = cp_sat if name == "cp-sat" else highs
            clock = Clock(seconds, args.threads, args.processor)
            results.append(solve(*read(path), clock, args.threads))
        bound = max(-(-b // 1) for _, b in results)
        cells = []
        for k, (cost, _) in enumerate(results):
            if cost is None:
                cells.append("none")
                continue
            gap = 100 * (cost - bound) / bound
            gaps[k].append(gap)
            cells.append(f"{cost} (+{gap:.3f} %)")
        print(os.path.basename(path) + "\t" + "\t".join(cells) + f"\t{bound:g}", flush=True)
    print("mean gap\t" + "\t".join(f"+{sum(g) / len(g):.3f} %" if g else "none" for g in gaps))
    print(time.strftime("%Y-%m-%d"), f"{args.threads} threads", file=sys.stderr)


if __name__ == "__main__":
    main()
