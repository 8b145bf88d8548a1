/** A setting with certificates as PEM: its value, or the content of the file that it names. Throws where that cannot be read. */
export async function certificatesOf(
  setting: "SIGNATURE_ROOTS" | "SEFAZ_CA",
  given: string | undefined,
): Promise<string | undefined> {
  if (given === undefined || given.includes("-----BEGIN")) return given;
  return Bun.file(given)
    .text()
    .catch((error: Error) => {
      throw new Error(`${setting}: o arquivo ${given} não pode ser lido (${error.message})`);
    });
}
