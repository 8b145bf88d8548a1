-- A1 certificates of companies. Times are ms UTC.
CREATE TABLE sefaz_certificates (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- SHA-256 of the certificate, hexadecimal.
  id TEXT NOT NULL CHECK (length(id) = 64),
  cnpj TEXT NOT NULL CHECK (length(cnpj) = 14),
  -- The first eight characters of the CNPJ: it is for all of the company's with these.
  root TEXT NOT NULL CHECK (length(root) = 8),
  holder TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  -- The PFX with its password, or the password of a file, sealed (S10).
  secret TEXT NOT NULL,
  -- A name in SEFAZ_CERTIFICATES; NULL: the PFX is in secret.
  file TEXT,
  -- The least of 30, 15, 7, 1 and 0 days before its end that was reported; NULL: none yet.
  warned INTEGER CHECK (warned IN (30, 15, 7, 1, 0)),
  added_by INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
