/** Settings of a mailbox that is read by IMAP. */
export const BOX = {
  host: "imap.loja.example",
  port: 993,
  user: "nfe",
  password: "a senha da caixa",
  folder: "INBOX",
  tls: true,
  senders: ["nfe@forn.example"],
  subject: "",
  active: true,
};
