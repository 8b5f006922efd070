import { expect, test } from "vitest";
import { BodyError, forwardedHeaders, readBody } from "../http/forwarding";

const url = new URL("https://app.example/api/x");

test.each(["Expect", "Keep-Alive", "TE", "X-Named"])("%s ends at the Worker", (name) => {
  const headers = { [name]: "100-continue", Connection: "x-named, upgrade", Upgrade: "websocket" };
  const forwarded = forwardedHeaders(new Request(url, { headers }), url, "id");
  expect(forwarded.has(name)).toBe(false);
  expect(forwarded.get("Upgrade")).toBe("websocket");
});

test("a body that breaks off is the client's error", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("the client left")),
  });
  const request = new Request(url, { method: "POST", body, duplex: "half" } as RequestInit);
  const error = await readBody(request, 1000).catch((reason) => reason);
  expect(error).toBeInstanceOf(BodyError);
  expect(error.tooLarge).toBe(false);
});
