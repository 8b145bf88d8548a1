/** What a request sends, and what gets how many of its bytes have left. */
export interface Upload {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: XMLHttpRequestBodyInit | null;
  readonly signal: AbortSignal | null;
  readonly onSent: (bytes: number) => void;
}

/** As `fetch`, which reports nothing of an upload while it travels. Rejects with a TypeError without an answer, with the signal's reason when aborted. */
export function fetchReporting(path: string, upload: Upload): Promise<Response> {
  const { method, headers, body, signal, onSent } = upload;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.responseType = "text";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => resolve(answerOf(request));
    request.onerror = () => reject(new TypeError("no answer"));
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ["content-type", "retry-after", "location"]) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  const { status } = request;
  const body = status === 204 || status === 304 ? null : request.responseText;
  return new Response(body, { status, headers });
}
