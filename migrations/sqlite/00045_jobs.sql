-- Long work that goes on without anybody waiting for it, and survives whoever
-- does it: a row with a lease.
-- +goose Up

-- attempt names a claim: whoever holds another one writes nothing. failures
-- counts the claims that failed or whose holder died. cause makes work that
-- several programs want queue once; empty for none.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    region       TEXT NOT NULL,
    started_by   TEXT NOT NULL,
    cause        TEXT NOT NULL,
    params       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'dead')),
    cancelling   INTEGER NOT NULL,
    stage        TEXT NOT NULL,
    progress     INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 1000),
    attempt      INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    leased_until INTEGER,
    run_at       INTEGER NOT NULL,
    resume       TEXT NOT NULL,
    result       TEXT NOT NULL,
    fault        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    CHECK ((state = 'running') = (leased_until IS NOT NULL)),
    CHECK ((state IN ('waiting', 'running')) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX jobs_cause ON jobs (cause) WHERE cause <> '';
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_region ON jobs (region, id);

-- +goose Down
DROP TABLE jobs;
