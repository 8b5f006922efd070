/**
 * Leads the process group of the servers that scripts/lib/servers.ts starts. Standard input is a
 * pipe from that process. When the process ends, the pipe closes, and this stops the servers.
 */
const workspaces = process.argv.slice(2).flatMap((name) => ["--filter", name]);
const servers = Bun.spawn(["bun", "run", "--parallel", ...workspaces, "dev"], {
  stdio: ["ignore", "inherit", "inherit"],
});
const stop =
  process.platform === "win32"
    ? () => Bun.spawnSync(["taskkill", "/pid", String(process.pid), "/t", "/f"])
    : () => process.kill(-process.pid, "SIGTERM");
process.stdin.on("end", stop).resume();
process.exit(await servers.exited);
