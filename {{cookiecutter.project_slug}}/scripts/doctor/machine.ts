/** Checks that this machine has what the project needs. */
import { config } from "../../package.json";
import type { Checks } from "../doctor";
import { dotEnvProblem, PROXIED_HOSTS } from "../lib/environment";
import { portProblems } from "../lib/ports";
import { output, toolProblems } from "../lib/tools";
import { BACKEND_VENV, hasPython, isPrepared } from "../lib/venv";

/** Docker's names for architectures, and the corresponding names in Node.js. */
const ARCHITECTURES: Record<string, string> = { aarch64: "arm64", x86_64: "x64" };

function pythonProblems(): string[] {
  if (isPrepared(BACKEND_VENV) || hasPython()) return [];
  return ["No Python that fits backend/pyproject.toml is installed: run `uv python install`."];
}

function proxyProblems(): string[] {
  if (PROXIED_HOSTS.length === 0) return [];
  const hosts = PROXIED_HOSTS.join(",");
  return [`Your shell's proxy also gets requests to ${hosts}: add these to NO_PROXY.`];
}

/** Docker builds images for the engine's architecture, which may differ from this machine's. */
function engineProblems(): string[] {
  const name = output("docker", "info")?.match(/^ *Architecture: (\S+)$/m)?.[1] ?? "";
  const engine = ARCHITECTURES[name] ?? name;
  if (!engine || engine === process.arch) return [];
  return [
    `The Docker engine is ${engine} and this machine ${process.arch}, so images are built for ${engine}: choose another engine with \`docker context use\`.`,
  ];
}

/** The checks of the machine. */
export const machine: Checks = {
  bun: { problems: () => toolProblems([]) },
  node: { problems: () => toolProblems(["node"]) },
  uv: { problems: () => toolProblems(["uv"]) },
  python: { after: ["uv"], problems: pythonProblems },
  docker: { neededBy: "previews and deployments", problems: () => toolProblems(["docker"]) },
  engine: { after: ["docker"], neededBy: "previews and deployments", problems: engineProblems },
  proxy: { neededBy: "curl and other tools", problems: proxyProblems },
  dotenv: { problems: () => [dotEnvProblem() ?? []].flat() },
  ports: {
    after: ["dotenv"],
    problems: () =>
      portProblems({ FRONTEND_PORT: 5173, BACKEND_PORT: config.backendPort, DEBUG_PORT: 5678 }),
  },
};
