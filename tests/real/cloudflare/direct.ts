// A Worker for tests: `/3/env` requests `/env` from instance 3, even if other instances have room.
export { Backend } from "./backend";

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, instance = "", ...path] = url.pathname.split("/");
    url.pathname = path.join("/");
    return env.BACKEND.getByName(instance).fetch(new Request(url, request));
  },
};
