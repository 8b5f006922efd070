// The code that the first page does without. It is loaded when a prompt is typed.
export { Conversation } from "./Conversation";
export { ExportButton } from "./ExportButton";
export { NewestButton } from "./NewestButton";
export { streamAnswer } from "./stream";
export { wakeServer } from "./wakeServer";
