// What the first page does without: loaded when the prompt gets the focus.
export { Conversation } from "./Conversation";
export { streamAnswer } from "./stream";
export { wakeServer } from "./wakeServer";
