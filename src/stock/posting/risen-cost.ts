/**
 * SQL of the events `product.cost_rose` of a write: one for each product with an entry whose cost for a unit is more than so
 * many percent above the average before it, of the first such entry. `own` is the condition of the write's movements, `percent`
 * a parameter. A product that was empty, or had no value, has no average. `rise` has cost (1/10²) and quantity (1/10⁴) of the
 * entry, then value and quantity before it; journal/shown-event.ts shows them as costs of a unit. Exact while the products fit in 64 bits.
 */
export const risenCosts = (
  own: string,
  percent: string,
): string => `select 'product.cost_rose' as type,
    json_object('product_code', product, 'movement_id', id, 'rise', json_array(cost_e2, quantity_e4, had_e2, had_e4)) as payload
  from (
    select product, min(id) as id, cost_e2, quantity_e4, after_e2 - value_e2 + passed_e2 as had_e2, after_e4 - quantity_e4 as had_e4
    from movements
    where ${own} and type = 'ENTRADA' and undoes is null and cost_e2 > 0
      and after_e4 > quantity_e4 and after_e2 - value_e2 + passed_e2 > 0
      and cost_e2 * (after_e4 - quantity_e4) * 100 > (after_e2 - value_e2 + passed_e2) * quantity_e4 * (100 + ${percent})
    group by product)`;
