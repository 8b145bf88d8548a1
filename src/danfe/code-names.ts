/** A code with its meaning, `0 - Emitente`; a code that is not known stays alone. */
const named =
  (names: Readonly<Record<string, string>>) =>
  (code: string | undefined): string => {
    if (code === undefined) return "";
    const name = Object.hasOwn(names, code) ? names[code] : undefined;
    return name === undefined ? code : `${code} - ${name}`;
  };

/** `emit/CRT` (leiauteNFe_v4.00; 4 since NT 2024.001). */
export const taxRegime = named({
  "1": "Simples Nacional",
  "2": "Simples Nacional, excesso de sublimite",
  "3": "Regime Normal",
  "4": "MEI",
});

/** `transp/modFrete`. */
export const freightBy = named({
  "0": "Remetente (CIF)",
  "1": "Destinatário (FOB)",
  "2": "Terceiros",
  "3": "Próprio, remetente",
  "4": "Próprio, destinatário",
  "9": "Sem frete",
});

/** `ide/finNFe`, where it is not an ordinary note. */
export const purpose = named({
  "2": "NF-e complementar",
  "3": "NF-e de ajuste",
  "4": "Devolução",
  "5": "Nota de crédito",
  "6": "Nota de débito",
});

/** `ide/tpEmis` of a note issued in contingency. */
export const contingency = named({
  "2": "FS-IA",
  "3": "SCAN",
  "4": "EPEC",
  "5": "FS-DA",
  "6": "SVC-AN",
  "7": "SVC-RS",
  "9": "off-line",
});

/** `pag/detPag/tPag` (table of the means of payment, IT 2024.002). */
export const payment = named({
  "01": "Dinheiro",
  "02": "Cheque",
  "03": "Cartão de crédito",
  "04": "Cartão de débito",
  "05": "Cartão da loja",
  "10": "Vale alimentação",
  "11": "Vale refeição",
  "12": "Vale presente",
  "13": "Vale combustível",
  "14": "Duplicata mercantil",
  "15": "Boleto",
  "16": "Depósito",
  "17": "Pix dinâmico",
  "18": "Transferência, carteira digital",
  "19": "Fidelidade, cashback",
  "20": "Pix estático",
  "21": "Crédito em loja",
  "22": "Pagamento eletrônico não informado",
  "90": "Sem pagamento",
  "91": "Pagamento posterior",
  "99": "Outros",
});
