// A Worker for tests: `/3/env` asks instance 3 for `/env`, whichever instance has room.
export { Backend } from "./backend";

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, instance = "", ...path] = url.pathname.split("/");
    url.pathname = path.join("/");
    return env.BACKEND.getByName(instance).fetch(new Request(url, request));
  },
};
