import type { Problem } from "./types.gen";

/** The reason why an answer is missing or incomplete, as a sentence for the user. */
export class Failure extends Error {
  override name = "Failure";
  /** The HTTP status, if the server refused the request. */
  readonly status: number | undefined;
  /** The seconds to wait before another attempt, if the server states them. */
  readonly retryAfter: number | undefined;

  constructor(sentence: string, response?: Response) {
    super(sentence);
    this.status = response?.status;
    this.retryAfter = Number(response?.headers.get("Retry-After")) || undefined;
  }
}

/** Turns a response that refuses the request, and its problem document, into a failure. */
export function refusal(response: Response, problem: Partial<Problem> | undefined): Failure {
  const { retryAfter } = new Failure("", response);
  const wait = retryAfter ? `in ${seconds(retryAfter)}` : "in a moment";
  const sentences: Record<number, string | undefined> = {
    413: "This is too long.",
    422: problem?.errors?.map((error) => error.detail).join(" "),
    429: `Too many requests. Try again ${wait}.`,
    503: `The server is not available. Try again ${wait}.`,
  };
  const sentence =
    sentences[response.status] ||
    problem?.detail ||
    `The server responded with ${response.status}.`;
  return new Failure(sentence, response);
}

/** Writes a number of seconds with its noun: `1 second`, `20 seconds`. */
export function seconds(count: number): string {
  return count === 1 ? "1 second" : `${count} seconds`;
}
