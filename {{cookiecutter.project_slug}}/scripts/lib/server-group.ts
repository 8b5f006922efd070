/**
 * Leads the process group of the servers of scripts/lib/servers.ts. Standard input is a pipe from
 * there: it closes whenever that process ends, and the servers end with it.
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
