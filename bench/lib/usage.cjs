// Loaded by `node --require` into a program that is measured: when it ends, writes what it used to the file that
// SPIRAL_BENCH_USAGE names. CPU time in seconds, of all threads; the most memory it ever had resident, in MB.
const { writeFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpu: (userCPUTime + systemCPUTime) / 1e6, residentMB: (maxRSS * 1024) / 1e6 };
    writeFileSync(process.env.SPIRAL_BENCH_USAGE, JSON.stringify(usage));
  });
}
