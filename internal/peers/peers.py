"""Solves generalised assignment files with OR-Tools CP-SAT and HiGHS, and with
Wijkplanner, in one run, and prints one table: cost and gap to the best bound
that any of them proved. `make bench-peers` sets up what it needs.

usage: peers.py WIJKPLANNER FILE... [--own 1,10,60] [--peers 10,60] [--threads 2]
"""

import argparse
import json
import os
import subprocess
import sys
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


def cp_sat(costs, uses, capacities, seconds, threads):
    model = cp_model.CpModel()
    m, n = len(costs), len(costs[0])
    x = [[model.new_bool_var("") for _ in range(n)] for _ in range(m)]
    for j in range(n):
        model.add_exactly_one(x[i][j] for i in range(m))
    for i in range(m):
        model.add(sum(uses[i][j] * x[i][j] for j in range(n)) <= capacities[i])
    model.minimize(sum(costs[i][j] * x[i][j] for i in range(m) for j in range(n)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.best_objective_bound
    return round(solver.objective_value), solver.best_objective_bound


def highs(costs, uses, capacities, seconds, threads):
    m, n = len(costs), len(costs[0])
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("time_limit", float(seconds))
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
    h.run()
    info = h.getInfo()
    cost = info.objective_function_value
    found = cost < highspy.kHighsInf and info.primal_solution_status == 2
    return (round(cost) if found else None), info.mip_dual_bound


def own(program, path, seconds):
    out = subprocess.run(
        [program, "bench", "gap", path, "--seconds", str(seconds)], capture_output=True, text=True, check=True
    )
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
                results.append(own(args.program, path, seconds))
                continue
            solve = cp_sat if name == "cp-sat" else highs
            results.append(solve(*read(path), seconds, args.threads))
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
