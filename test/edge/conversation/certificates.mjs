import { post } from "./words.mjs";

/** Of certificates; Workers can present none. */
export const certificates = {
  async "certificates, which only one of them opens"({ ask }) {
    const path = "/api/certificates";
    const like = ({ status, body }) => ({ status, data: body.data });
    await ask("certificates", { path }, { like });
    await ask("a certificate without its file", post(path, { passphrase: "x" }));
    await ask("no certificate", { method: "DELETE", path: `${path}/nada` });
    await ask("not for a manager", ({ GERENTE }) => ({ path, as: GERENTE }));
    const bytes = { pfx: "MAA=", passphrase: "x" };
    await ask("bytes that are no certificate", post(path, bytes), {
      like: ({ body }) => /^certificate[.](?:unreadable|not_supported)$/.test(body.code),
    });
  },
};
