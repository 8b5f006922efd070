// The code that the first page does without. It is loaded when a prompt is typed.

import { wakeServer } from "../api/wakeServer";
import { Conversation } from "./Conversation";
import { ExportButton } from "./ExportButton";
import { NewestButton } from "./scrolling";
import { streamAnswer } from "./stream";

export const chat = { Conversation, ExportButton, NewestButton, streamAnswer, wakeServer };
