import { reais } from "../../lib/amount.ts";
import { fromScaled } from "../../lib/decimal.ts";
import type { Difference } from "../../stock/reconcile/reconcile.ts";

/** The sentence of a product or lot that differs from its movements. */
export function differs(one: Difference): string {
  const [balance, ledger] = [inUnits(one.balance_e4), inUnits(one.ledger_e4)];
  if (!("lot" in one))
    return one.balance_e4 === one.ledger_e4
      ? `o valor em estoque é ${reais(one.balance_e2)}, e a soma dos movimentos é ${reais(one.ledger_e2)}`
      : `o saldo é ${balance}, e a soma dos movimentos é ${ledger}`;
  return one.lot === null
    ? `a soma dos lotes é ${balance}, mais que o saldo de ${ledger}`
    : `o saldo do lote ${one.lot} é ${balance}, e a soma dos movimentos é ${ledger}`;
}

/** A quantity of 1/10⁴ as Portuguese decimal text, with all four places. */
const inUnits = (e4: number): string => fromScaled(e4, 4, 4).replace(".", ",");
