/** The whole of an input as text in UTF-8. Fails with an Error (Portuguese) above `most` bytes. */
export async function readInput(source: AsyncIterable<unknown>, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of source) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("an input gives bytes");
    bytes += chunk.length;
    if (bytes > most) throw new Error(`A entrada padrão excede ${most} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
