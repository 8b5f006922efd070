import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Plugin } from "vite";
import securityHeaders from "./security-headers.json" with { type: "json" };

/** Where browsers send their reports. */
const REPORTS = "/@policy-violations";

/** What a report says: https://www.w3.org/TR/CSP3/#deprecated-serialize-violation */
interface Violation {
  "effective-directive"?: string;
  "blocked-uri"?: string;
  "source-file"?: string;
  "line-number"?: number;
}

/** Reads a report; undefined if the request holds none, or one about a browser's extension. */
async function readViolation(request: IncomingMessage): Promise<Violation | undefined> {
  // other sites' pages can't send this type
  if (request.headers["content-type"] !== "application/csp-report") return undefined;
  const violation: Violation = JSON.parse(await text(request))["csp-report"] ?? {};
  const { "source-file": source = "" } = violation;
  // Vite's own client shows errors in a way that the policy forbids; it isn't deployed
  if (/extension\b|\/@vite\/client$/.test(source)) return undefined;
  return violation;
}

/** Describes a violation in a sentence. */
function describe(violation: Violation): string {
  const { "effective-directive": directive, "blocked-uri": blocked } = violation;
  const { "source-file": source, "line-number": line } = violation;
  const place = source ? ` at ${JSON.stringify(source)}, line ${Number(line)}` : "";
  return (
    `The Content Security Policy will block this when deployed: ${JSON.stringify(blocked)}, by ` +
    `${JSON.stringify(directive)}${place}. The policy is in frontend/security-headers.json.`
  );
}

/**
 * Sends the Content Security Policy of the deployed app in development too, to report only, and
 * prints once what it would block. What Vite adds to the page is allowed by a nonce.
 */
export function printViolations(): Plugin {
  const nonce = randomBytes(16).toString("base64");
  const policy = securityHeaders["Content-Security-Policy"]
    .replace(/(script|style)-src/g, `$& 'nonce-${nonce}'`)
    .concat(`; report-uri ${REPORTS}`);
  const printed = new Set<string>();
  return {
    name: "print-violations",
    apply: "serve",
    config: () => ({
      html: { cspNonce: nonce },
      server: { headers: { "Content-Security-Policy-Report-Only": policy } },
    }),
    configureServer: (server) => {
      server.middlewares.use(REPORTS, async (request, response) => {
        const violation = await readViolation(request).catch(() => undefined);
        const sentence = violation && describe(violation);
        if (sentence && !printed.has(sentence)) server.config.logger.warn(sentence);
        if (sentence) printed.add(sentence);
        response.writeHead(204).end();
      });
    },
  };
}
