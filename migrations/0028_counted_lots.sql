-- Lines of a count that name a lot: few, so that a close without lots reads none.
CREATE INDEX count_lines_with_lot ON count_lines (company, count, product)
  WHERE product IS NOT NULL AND lot IS NOT NULL AND undone_at IS NULL;
