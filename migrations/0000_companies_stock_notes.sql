-- Instants are milliseconds UTC. Columns in _e4 and _e2 are integers of 1/10^4 and 1/10^2. `company` stands first in every key.
CREATE TABLE companies (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  cnpjs TEXT NOT NULL CHECK (json_valid(cnpjs)),
  environment TEXT NOT NULL CHECK (environment IN ('production', 'homologation')),
  time_zone TEXT NOT NULL,
  auto_approve INTEGER NOT NULL CHECK (auto_approve IN (0, 1)),
  overridable_holds TEXT NOT NULL CHECK (json_valid(overridable_holds)),
  require_signature INTEGER NOT NULL CHECK (require_signature IN (0, 1)),
  require_mapping INTEGER NOT NULL CHECK (require_mapping IN (0, 1)),
  allow_negative INTEGER NOT NULL CHECK (allow_negative IN (0, 1)),
  settings_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  company INTEGER NOT NULL REFERENCES companies (id),
  name TEXT,
  email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('VISUALIZADOR', 'OPERADOR', 'GERENTE', 'ADMIN')),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  token_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX users_by_company ON users (company, id);
--> statement-breakpoint
CREATE TABLE products (
  company INTEGER NOT NULL REFERENCES companies (id),
  code TEXT NOT NULL CHECK (code NOT IN ('', '.', '..')),
  name TEXT NOT NULL,
  description TEXT,
  category_id INTEGER,
  unit TEXT NOT NULL,
  barcode TEXT,
  ncm TEXT,
  -- The last entry with a cost: its line total and quantity; the unit cost is computed from the two when shown.
  last_cost_e2 INTEGER,
  last_cost_quantity_e4 INTEGER CHECK (last_cost_quantity_e4 > 0),
  sale_price_e2 INTEGER NOT NULL DEFAULT 0,
  min_stock_e4 INTEGER NOT NULL DEFAULT 0,
  max_stock_e4 INTEGER,
  location TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, code)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX products_by_name ON products (company, name, code);
--> statement-breakpoint
CREATE TABLE supplier_items (
  company INTEGER NOT NULL,
  -- CNPJ or CPF of whoever coded the item.
  supplier TEXT NOT NULL,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,
  product TEXT NOT NULL,
  factor_e4 INTEGER NOT NULL CHECK (factor_e4 > 0),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, supplier, code, unit),
  FOREIGN KEY (company, product) REFERENCES products (company, code) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX supplier_items_by_product ON supplier_items (company, product);
--> statement-breakpoint
-- Few: what an upload asks before it believes that one of theirs is one of ours.
CREATE INDEX supplier_items_with_factor ON supplier_items (company, supplier) WHERE factor_e4 <> 10000;
--> statement-breakpoint
CREATE TABLE movements (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL,
  product TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('ENTRADA', 'SAIDA')),
  -- Signed: an entry is positive, an exit negative; the balance is the plain sum.
  quantity_e4 INTEGER NOT NULL CHECK (
    CASE type WHEN 'ENTRADA' THEN quantity_e4 > 0 ELSE quantity_e4 < 0 END
    AND quantity_e4 BETWEEN -9007199254740991 AND 9007199254740991
  ),
  -- Total of the line, not of the unit; signed as the quantity. NULL: not told.
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
  created_at INTEGER NOT NULL,
  FOREIGN KEY (company, product) REFERENCES products (company, code)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX movements_once ON movements (company, origin, origin_ref);
--> statement-breakpoint
CREATE INDEX movements_by_time ON movements (company, created_at);
--> statement-breakpoint
CREATE INDEX movements_by_product ON movements (company, product, created_at);
--> statement-breakpoint
CREATE INDEX movements_by_reference ON movements (company, reference) WHERE origin <> 'NFE';
--> statement-breakpoint
CREATE TRIGGER movements_are_never_updated BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
CREATE TRIGGER movements_are_never_deleted BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
CREATE TABLE balances (
  company INTEGER NOT NULL,
  product TEXT NOT NULL,
  quantity_e4 INTEGER NOT NULL CHECK (quantity_e4 BETWEEN -9007199254740991 AND 9007199254740991),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, product)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE originals (
  company INTEGER NOT NULL REFERENCES companies (id),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  gzip BLOB NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (company, sha256)
) STRICT;
--> statement-breakpoint
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL REFERENCES companies (id),
  access_key TEXT NOT NULL CHECK (length(access_key) = 44),
  -- The original that /xml gives; the others stand in note_originals.
  sha256 TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDENTE', 'PROCESSADA', 'ESTORNADA', 'CANCELADA', 'DESCARTADA')),
  -- The write that registered it, and the posting that holds its movements.
  registration TEXT NOT NULL,
  posting TEXT,
  direction TEXT NOT NULL CHECK (direction IN ('entry', 'exit', 'none')),
  -- Whether the emitter is the company itself: then cProd is our own code.
  issued_by_us INTEGER NOT NULL CHECK (issued_by_us IN (0, 1)),
  model TEXT NOT NULL,
  series TEXT NOT NULL,
  number TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  issued_ms INTEGER NOT NULL,
  supplier_id TEXT NOT NULL,
  supplier_name TEXT NOT NULL,
  total_items INTEGER NOT NULL,
  total_value_e2 INTEGER NOT NULL,
  has_protocol INTEGER NOT NULL CHECK (has_protocol IN (0, 1)),
  holds TEXT NOT NULL CHECK (json_valid(holds)),
  findings TEXT NOT NULL CHECK (json_valid(findings)),
  rules TEXT NOT NULL CHECK (json_valid(rules)),
  -- The company settings that the verdict was made under, and how often the verdict was made.
  settings_version INTEGER NOT NULL,
  verdict_version INTEGER NOT NULL DEFAULT 1,
  reason TEXT,
  received_at INTEGER NOT NULL,
  received_by INTEGER NOT NULL,
  processed_at INTEGER,
  processed_by INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX notes_once ON notes (company, access_key);
--> statement-breakpoint
CREATE INDEX notes_newest ON notes (company, id);
--> statement-breakpoint
CREATE INDEX notes_by_status ON notes (company, status);
--> statement-breakpoint
CREATE INDEX notes_by_supplier ON notes (company, supplier_id);
--> statement-breakpoint
CREATE INDEX notes_by_issue ON notes (company, issued_ms);
--> statement-breakpoint
CREATE TABLE note_items (
  company INTEGER NOT NULL,
  -- notes.id: rows are only ever made from the note's own row.
  note INTEGER NOT NULL,
  -- Order in the XML from 1: nItem may repeat in real documents.
  position INTEGER NOT NULL,
  n_item INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  quantity_e4 INTEGER NOT NULL,
  unit_price_text TEXT NOT NULL,
  total_e2 INTEGER NOT NULL,
  ncm TEXT,
  cfop TEXT NOT NULL,
  barcode TEXT,
  tax_unit TEXT NOT NULL,
  tax_quantity_e4 INTEGER NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('entry', 'exit', 'none', 'ask')),
  landed_e2 INTEGER NOT NULL,
  lots TEXT NOT NULL CHECK (json_valid(lots)),
  PRIMARY KEY (company, note, position)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE note_originals (
  company INTEGER NOT NULL,
  access_key TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (company, access_key, sha256)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE nfe_events (
  company INTEGER NOT NULL,
  access_key TEXT NOT NULL,
  type TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  -- The call that inserted it.
  registration TEXT NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('cancelled', 'attached', 'held', 'waiting')),
  c_stat TEXT NOT NULL,
  event_at TEXT,
  text TEXT,
  received_at INTEGER NOT NULL,
  received_by INTEGER NOT NULL,
  PRIMARY KEY (company, access_key, type, sequence)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE cache_versions (
  company INTEGER NOT NULL,
  tag TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (company, tag)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX events_by_company ON events (company, id);
--> statement-breakpoint
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER,
  action TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id TEXT,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  request_id TEXT NOT NULL,
  peer TEXT
) STRICT;
--> statement-breakpoint
CREATE INDEX audit_by_company ON audit (company, id);
