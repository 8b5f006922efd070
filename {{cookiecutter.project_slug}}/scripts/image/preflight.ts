/** Checks what building and running the image needs; prints one line per problem. */
import { fail } from "../environment";
import { missingLocalSettings } from "../settings";
import { requireTools } from "../tools";

/** Ends the process, with a sentence each, if a tool or a required setting is missing. */
export function requireImagePrerequisites(): void {
  requireTools("docker");
  const problems = missingLocalSettings();
  if (problems.length > 0) fail(...problems);
}

if (import.meta.main) requireImagePrerequisites();
