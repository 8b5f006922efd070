// Made by `bun run types:api` from the models of backend/app. Don't edit.

export type StreamEvent = TokenEvent | DoneEvent | ErrorEvent;

/**
 * The answer is complete; no event follows.
 */
export interface DoneEvent {
  event: "done";
  /**
   * How many `token` events were sent.
   */
  tokens: number;
}
/**
 * Where and how the app runs. It holds no value of any setting.
 */
export interface EnvReport {
  layout: string;
  version: string;
  python: string;
  /**
   * Where the process runs, if the platform says so.
   */
  region: string | null;
  /**
   * Which of several copies answered.
   */
  instance: string;
  /**
   * For each setting, whether it is set.
   */
  settings: {
    [k: string]: boolean;
  };
}
/**
 * The answer ended early; no event follows.
 */
export interface ErrorEvent {
  event: "error";
  /**
   * What went wrong, as a sentence for the user.
   */
  detail: string;
}
/**
 * The app can serve.
 */
export interface Health {
  status: "ok";
}
/**
 * The next piece of the answer.
 */
export interface TokenEvent {
  event: "token";
  text: string;
}
/**
 * What to answer.
 */
export interface StreamRequest {
  prompt: string;
}
/**
 * What is wrong with one field of the request.
 */
export interface FieldProblem {
  pointer: string;
  detail: string;
}
/**
 * A problem document: https://www.rfc-editor.org/rfc/rfc9457.
 */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  errors?: FieldProblem[];
}
