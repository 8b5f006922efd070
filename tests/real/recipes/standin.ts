import { WorkerEntrypoint } from "cloudflare:workers";

/**
 * Stands in for Workers AI: repeats the question, one word per event, in Cloudflare's format. It
 * writes to its stream, because the runtime doesn't report a reader's end to one that is pulled.
 */
export class StandIn extends WorkerEntrypoint {
  async run(
    model: string,
    { messages }: { messages: { content: string }[] },
  ): Promise<ReadableStream> {
    if (!model.startsWith("@cf/meta/")) throw new Error(`5007: No such model ${model}`);
    const words = messages.at(-1)?.content.split(" ") ?? [];
    const { readable, writable } = new IdentityTransformStream();
    const sent = send(writable.getWriter(), words);
    this.ctx.waitUntil(sent.catch(() => console.log("the model's stream was cancelled")));
    return readable;
  }
}

async function send(writer: WritableStreamDefaultWriter, words: string[]): Promise<void> {
  const encoder = new TextEncoder();
  const write = (data: unknown) =>
    writer.write(encoder.encode(`data: ${JSON.stringify(data)}\n\n`));
  for (const word of words) {
    if (word === "slowly") await scheduler.wait(100);
    await write({ response: `${word} ` });
  }
  await write({ response: "", usage: { prompt_tokens: 1, completion_tokens: 2 } });
  await writer.write(encoder.encode("data: [DONE]\n\n"));
  await writer.close();
}
