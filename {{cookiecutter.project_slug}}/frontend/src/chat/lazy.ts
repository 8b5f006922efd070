// The code that the page needs only for a conversation. It loads before the first prompt is sent.

import { wakeServer } from "../api/client";
import { Conversation } from "./Conversation";
import { HeaderButtons } from "./HeaderButtons";
import { NewestButton } from "./scrolling";
import { streamAnswer } from "./stream";

export const chat = { Conversation, HeaderButtons, NewestButton, streamAnswer, wakeServer };
