const CNPJ = /^(\w{2})(\w{3})(\w{3})(\w{4})(\d{2})$/;
const CPF = /^(\d{3})(\d{3})(\d{3})(\d{2})$/;

/** A CNPJ (letters too) or CPF with its points, as people write it; anything else as it is. */
export function taxpayerText(number: string): string {
  const cnpj = CNPJ.exec(number);
  if (cnpj !== null) return `${cnpj[1]}.${cnpj[2]}.${cnpj[3]}/${cnpj[4]}-${cnpj[5]}`;
  const cpf = CPF.exec(number);
  return cpf === null ? number : `${cpf[1]}.${cpf[2]}.${cpf[3]}-${cpf[4]}`;
}
