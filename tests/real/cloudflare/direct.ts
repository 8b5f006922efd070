// A Worker for tests: `/3/env` asks instance 3 for `/env`, whichever instance has room.
import { type Ask, LOAD_HEADER } from "./load";

export { Backend } from "./backend";

const ASK: Ask = {
  load: 0,
  inUse: 1,
  age: 0,
  resting: [],
  rank: 0,
  shared: false,
  join: false,
  must: true,
};

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, instance = "", ...path] = url.pathname.split("/");
    url.pathname = path.join("/");
    const asked = new Request(url, request);
    asked.headers.set(LOAD_HEADER, JSON.stringify(ASK));
    return env.BACKEND.getByName(instance).fetch(asked);
  },
};
