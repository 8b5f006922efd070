// The code that the first page does without. It is loaded when the prompt gets the focus.
export { Conversation } from "./Conversation";
export { streamAnswer } from "./stream";
export { wakeServer } from "./wakeServer";
