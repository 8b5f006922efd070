/**
 * Leads the process group of the servers of scripts/run-servers.ts. Standard input is a pipe from
 * there: it closes whenever that process ends, and the servers end with it.
 */
const servers = Bun.spawn(["bun", "run", "--parallel", ...process.argv.slice(2)], {
  stdio: ["ignore", "inherit", "inherit"],
});
process.stdin.on("end", () => process.kill(-process.pid, "SIGTERM")).resume();
process.exit(await servers.exited);
