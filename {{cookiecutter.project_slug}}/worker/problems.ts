const TITLES = {
  404: "Not Found",
  413: "Content Too Large",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/**
 * Answers with an RFC 9457 problem document, as the backend does.
 *
 * @param status one of the statuses that the Worker itself answers with
 * @param detail what went wrong, as a sentence for the user
 * @param retryAfter when to try again, in seconds
 */
export function problem(
  status: keyof typeof TITLES,
  detail: string,
  retryAfter?: number,
): Response {
  const headers = new Headers({
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
  });
  if (retryAfter !== undefined) headers.set("Retry-After", String(retryAfter));
  const document = { status, title: TITLES[status], detail };
  return new Response(JSON.stringify(document), { status, headers });
}
