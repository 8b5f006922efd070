// A Worker for tests: the app in instance 0 rejects its settings, so its container ends at once.
import { Backend as Instance } from "./backend";

export { default } from "./index";

export class Backend extends Instance {
  constructor(context: DurableObjectState, env: Env) {
    super(context, context.id.name === "0" ? { ...env, MAX_BODY_BYTES: -1 } : env);
  }
}
