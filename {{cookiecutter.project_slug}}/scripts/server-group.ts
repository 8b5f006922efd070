/**
 * Leads the process group of the servers of scripts/run-servers.ts. Standard input is a pipe from
 * there: it closes whenever that process ends, and the servers end with it.
 */
const servers = Bun.spawn(["bun", "run", "--parallel", ...process.argv.slice(2)], {
  stdio: ["ignore", "inherit", "inherit"],
});
const stop =
  process.platform === "win32"
    ? () => Bun.spawnSync(["taskkill", "/pid", String(process.pid), "/t", "/f"])
    : () => process.kill(-process.pid, "SIGTERM");
process.stdin.on("end", stop).resume();
process.exit(await servers.exited);
