const TITLES = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

const UNAVAILABLE_SECONDS = "2";

/** Builds a response with an RFC 9457 problem document, in the same form as the backend's. */
export function problem(
  status: keyof typeof TITLES,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const document = { status, title: TITLES[status], detail };
  return new Response(JSON.stringify(document), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}

/** Builds the response for a backend that can't be reached, and logs the reason and the request. */
export function unavailable(id: string | null, error: unknown): Response {
  console.error(id, "backend unavailable", String(error));
  const detail = "The backend cannot respond right now. Try again in a moment.";
  return problem(503, detail, { "Retry-After": UNAVAILABLE_SECONDS });
}
