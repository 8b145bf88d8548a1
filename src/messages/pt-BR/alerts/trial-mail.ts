/** The mail of some alerts of a company, in the words of who keeps its stock. */
export interface AlertMail {
  readonly subject: string;
  readonly text: string;
}

/** What stands below every mail. */
export const SIGNED = `--
Estes avisos estão também no painel. Quem os recebe, e quais, um administrador muda nas configurações
da empresa (GET e PUT /api/config/alerts). Este e-mail não lê respostas.
`;

/** The mail by which an administrator sees whether mails arrive. */
export const trialMail = (company: string): AlertMail => ({
  subject: `${onOneLine(company)}: teste dos avisos por e-mail`,
  text: `${onOneLine(company)}\n\nEste e-mail mostra que os avisos do estoque chegam a este endereço.\n\n${SIGNED}`,
});

/** A text of a note or of a person, which must begin no line and no header of its own. */
export const onOneLine = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
