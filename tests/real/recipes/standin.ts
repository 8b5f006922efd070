import { WorkerEntrypoint } from "cloudflare:workers";

/** Stands in for Workers AI: repeats the question, one word per event, in Cloudflare's format. */
export class StandIn extends WorkerEntrypoint {
  async run(
    model: string,
    { messages }: { messages: { content: string }[] },
  ): Promise<ReadableStream> {
    if (!model.startsWith("@cf/meta/")) throw new Error(`5007: No such model ${model}`);
    const words = messages.at(-1)?.content.split(" ") ?? [];
    const encoder = new TextEncoder();
    const event = (data: unknown) => encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
    return new ReadableStream({
      type: "bytes",
      async pull(controller) {
        const word = words.shift();
        if (word === "slowly") await scheduler.wait(100);
        if (word !== undefined) return controller.enqueue(event({ response: `${word} ` }));
        controller.enqueue(event({ response: "", usage: { prompt_tokens: 1, completion_tokens: 2 } }));
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
      },
      cancel: () => console.log("the model's stream was cancelled"),
    });
  }
}
