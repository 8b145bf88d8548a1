-- The stock has a value (src/stock/valued-fold.ts has the rules), and a movement knows when it happened. SQLite cannot change a
-- CHECK: the ledger is made anew, and what was written before is valued in the order in which it was written.
CREATE TABLE movements_valued (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL,
  product TEXT NOT NULL,
  -- VALOR: a cost that came late, without goods.
  type TEXT NOT NULL CHECK (type IN ('ENTRADA', 'SAIDA', 'VALOR')),
  -- Signed: an entry is positive, an exit negative; the balance is the plain sum.
  quantity_e4 INTEGER NOT NULL CHECK (
    CASE type WHEN 'ENTRADA' THEN quantity_e4 > 0 WHEN 'SAIDA' THEN quantity_e4 < 0 ELSE quantity_e4 = 0 END
    AND quantity_e4 BETWEEN -9007199254740991 AND 9007199254740991
  ),
  -- What the document tells: total of the line, not of the unit; signed as the quantity. NULL: not told.
  cost_e2 INTEGER CHECK (cost_e2 BETWEEN -9007199254740991 AND 9007199254740991),
  lot TEXT,
  expires_on TEXT,
  origin TEXT NOT NULL,
  -- NFE: <key>#<nItem>[.<position> where nItem repeats][/<lot>]@<posting>. Others: the posting.
  origin_ref TEXT NOT NULL,
  reference TEXT,
  notes TEXT,
  posting TEXT NOT NULL,
  user_id INTEGER,
  -- When it was written, and when it happened: a note's date, or the day that a person names.
  created_at INTEGER NOT NULL,
  happened_at INTEGER NOT NULL,
  -- What it brought to the stock's value or took from it, signed, and the part of that which does not stay in stock.
  value_e2 INTEGER NOT NULL CHECK (value_e2 BETWEEN -9007199254740991 AND 9007199254740991),
  passed_e2 INTEGER NOT NULL CHECK (passed_e2 BETWEEN -9007199254740991 AND 9007199254740991),
  -- The product's quantity and value after it.
  after_e4 INTEGER NOT NULL CHECK (after_e4 BETWEEN -9007199254740991 AND 9007199254740991),
  after_e2 INTEGER NOT NULL CHECK (
    CASE WHEN after_e4 > 0 THEN after_e2 >= 0 WHEN after_e4 < 0 THEN after_e2 <= 0 ELSE after_e2 = 0 END
    AND after_e2 BETWEEN -9007199254740991 AND 9007199254740991
  ),
  -- The movement that this one takes back; of a late cost: the one that it is about.
  undoes INTEGER,
  FOREIGN KEY (company, product) REFERENCES products (company, code)
) STRICT;
--> statement-breakpoint
INSERT INTO movements_valued (id, company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference,
  notes, posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
WITH RECURSIVE line AS MATERIALIZED (
  SELECT id, company, product, quantity_e4 AS q, iif(quantity_e4 > 0, cost_e2, NULL) AS c,
    row_number() OVER (PARTITION BY company, product ORDER BY id) AS k
  FROM movements
),
-- The state before each movement, the movement, and the last cost of what came in.
fold (company, product, k, id, q0, v0, q, c, p, l2, l4) AS (
  SELECT DISTINCT company, product, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL FROM line
  UNION ALL
  SELECT l.company, l.product, l.k, l.id, f.q0 + f.q, CASE
    WHEN f.c IS NULL THEN f.v0 + sign(f.q) * f.p
    WHEN f.q0 >= 0 THEN f.v0 + f.c
    WHEN f.q0 + f.q <= 0 THEN f.v0 + f.p
    ELSE f.c - f.p END, l.q, l.c,
    (SELECT CASE WHEN l.c IS NOT NULL AND s.q >= 0 OR l.c IS NULL AND s.q = 0 AND s.l4 IS NULL THEN 0
      ELSE (select case when typeof(a * b) = 'integer' then a * b / d + (a * b % d >= d - a * b % d)
    else (with z0 (w, a, b, d, q, r) as (select o.a / o.d, o.a % o.d, o.b, o.d, 0, 0), z1 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 45) & 511)) / d, (r * 512 + a * ((b >> 45) & 511)) % d from z0), z2 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 36) & 511)) / d, (r * 512 + a * ((b >> 36) & 511)) % d from z1), z3 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 27) & 511)) / d, (r * 512 + a * ((b >> 27) & 511)) % d from z2), z4 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 18) & 511)) / d, (r * 512 + a * ((b >> 18) & 511)) % d from z3), z5 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 9) & 511)) / d, (r * 512 + a * ((b >> 9) & 511)) % d from z4), z6 (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> 0) & 511)) / d, (r * 512 + a * ((b >> 0) & 511)) % d from z5)
      select w * b + q + (r >= d - r) from z6) end from (SELECT
      CASE WHEN l.c IS NOT NULL AND s.q + l.q > 0 THEN l.c WHEN s.q = 0 THEN coalesce(s.l2, 0) ELSE abs(s.v) END AS a,
      CASE WHEN l.c IS NOT NULL AND s.q + l.q > 0 THEN -s.q ELSE abs(l.q) END AS b,
      CASE WHEN l.c IS NOT NULL AND s.q + l.q > 0 THEN l.q WHEN s.q = 0 THEN s.l4 ELSE abs(s.q) END AS d) as o) END
    FROM (SELECT f.q0 + f.q AS q, CASE
    WHEN f.c IS NULL THEN f.v0 + sign(f.q) * f.p
    WHEN f.q0 >= 0 THEN f.v0 + f.c
    WHEN f.q0 + f.q <= 0 THEN f.v0 + f.p
    ELSE f.c - f.p END AS v, iif(f.c > 0, f.c, f.l2) AS l2, iif(f.c > 0, f.q, f.l4) AS l4) AS s),
    iif(f.c > 0, f.c, f.l2), iif(f.c > 0, f.q, f.l4)
  FROM fold f CROSS JOIN line l ON l.company = f.company AND l.product = f.product AND l.k = f.k + 1
)
SELECT m.id, m.company, m.product, m.type, m.quantity_e4, m.cost_e2, m.lot, m.expires_on, m.origin, m.origin_ref, m.reference,
  m.notes, m.posting, m.user_id, m.created_at, coalesce(n.issued_ms, m.created_at),
  CAST(iif(f.c IS NULL, sign(f.q) * f.p, f.c) AS INTEGER), CAST(f.v0 + iif(f.c IS NULL, sign(f.q) * f.p, f.c) - CASE
    WHEN f.c IS NULL THEN f.v0 + sign(f.q) * f.p
    WHEN f.q0 >= 0 THEN f.v0 + f.c
    WHEN f.q0 + f.q <= 0 THEN f.v0 + f.p
    ELSE f.c - f.p END AS INTEGER), f.q0 + f.q, CAST(CASE
    WHEN f.c IS NULL THEN f.v0 + sign(f.q) * f.p
    WHEN f.q0 >= 0 THEN f.v0 + f.c
    WHEN f.q0 + f.q <= 0 THEN f.v0 + f.p
    ELSE f.c - f.p END AS INTEGER)
FROM fold f CROSS JOIN movements m ON m.id = f.id
LEFT JOIN notes n ON m.origin = 'NFE' AND n.company = m.company AND n.access_key = m.reference
ORDER BY f.id;
--> statement-breakpoint
DROP TABLE movements;
--> statement-breakpoint
ALTER TABLE movements_valued RENAME TO movements;
--> statement-breakpoint
CREATE UNIQUE INDEX movements_once ON movements (company, origin, origin_ref);
--> statement-breakpoint
-- Lists and counts leave out what has no goods: S.G.E.'s clients know two types.
CREATE INDEX movements_by_time ON movements (company, created_at) WHERE quantity_e4 <> 0;
--> statement-breakpoint
-- In the order of writing, which is the order of cost: it answers the kardex, the stock of a day, and the proof of the ledger.
CREATE INDEX movements_by_product ON movements (company, product, id, happened_at, quantity_e4, value_e2, passed_e2);
--> statement-breakpoint
CREATE INDEX movements_by_reference ON movements (company, reference) WHERE origin <> 'NFE';
--> statement-breakpoint
CREATE INDEX movements_leaving ON movements (company, created_at) WHERE type = 'SAIDA';
--> statement-breakpoint
CREATE INDEX movements_by_origin ON movements (company, origin, created_at, type) WHERE origin <> 'NFE' AND quantity_e4 <> 0;
--> statement-breakpoint
-- A movement is taken back once.
CREATE UNIQUE INDEX movements_undone_once ON movements (company, undoes) WHERE undoes IS NOT NULL AND quantity_e4 <> 0;
--> statement-breakpoint
CREATE TRIGGER movements_are_never_updated BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
CREATE TRIGGER movements_are_never_deleted BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
-- Of the last movement: what the stock is worth.
ALTER TABLE balances ADD COLUMN value_e2 INTEGER NOT NULL DEFAULT 0 CHECK (
  CASE WHEN quantity_e4 > 0 THEN value_e2 >= 0 WHEN quantity_e4 < 0 THEN value_e2 <= 0 ELSE value_e2 = 0 END
  AND value_e2 BETWEEN -9007199254740991 AND 9007199254740991
);
--> statement-breakpoint
UPDATE balances SET value_e2 = m.after_e2
FROM movements m
WHERE m.company = balances.company AND m.product = balances.product
  AND m.id = (SELECT max(id) FROM movements l WHERE l.company = balances.company AND l.product = balances.product);
