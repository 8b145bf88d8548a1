import { expect } from "bun:test";
import type { Answer, Send, TestApp } from "./app.ts";

export const PASSWORD = "uma senha bem comprida";

/** What tests of users do: each asks the service and expects the status. */
export function people(service: TestApp) {
  const ask = async (
    status: number,
    method: string,
    path: string,
    options: Send = {},
  ): Promise<Answer["body"]> => {
    const answer = await service.send(method, path, options);
    expect([path, answer.status, answer.text]).toEqual([path, status, answer.text]);
    return answer.body;
  };
  const bearer = (token: string): Send => ({
    as: "anonymous",
    headers: { authorization: `Bearer ${token}` },
  });
  return {
    ask,
    bearer,
    login: (email: string, more: object = {}, status = 200) =>
      ask(status, "POST", "/api/login", {
        as: "anonymous",
        json: { email, password: PASSWORD, ...more },
      }),
    /** A user with the password PASSWORD, made by the administrator of `as`. */
    make: (email: string, role: string, as: "ADMIN" | "otherCompany" = "ADMIN") =>
      ask(201, "POST", "/api/users", { as, json: { email, role, password: PASSWORD } }),
    accept: (token: string, password = PASSWORD, status = 200) =>
      ask(status, "POST", "/api/password/set", { as: "anonymous", json: { token, password } }),
  };
}
