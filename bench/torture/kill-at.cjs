// Loaded by `node --require` into a program and, through NODE_OPTIONS, into those that it starts: counts their calls that flush,
// rename, remove or make an entry of the file system, all in one file, and kills (SIGKILL) the process that is about to make call
// number SPIRAL_KILL_AT. With SPIRAL_KILL_ALL it kills the process that started it too, if that is one of them.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const { isMainThread } = require("node:worker_threads");

const CALLS = ["fsyncSync", "renameSync", "unlinkSync", "rmdirSync", "mkdirSync", "symlinkSync", "ftruncateSync"];
const { SPIRAL_KILL_COUNTER: counter, SPIRAL_KILL_AT: at, SPIRAL_KILL_ALL: all } = process.env;

if (isMainThread && counter) {
  const starter = process.env.SPIRAL_KILL_STARTER;
  process.env.SPIRAL_KILL_STARTER = String(process.pid);
  const fd = fs.openSync(counter, "a");
  for (const name of CALLS) {
    const call = fs[name];
    fs[name] = (...args) => {
      // A byte for each call: processes append in turn.
      fs.writeSync(fd, ".");
      if (fs.fstatSync(fd).size === Number(at)) {
        if (all && starter) process.kill(Number(starter), "SIGKILL");
        process.kill(process.pid, "SIGKILL");
      }
      return call(...args);
    };
  }
  // Named imports of node:fs see the change as well.
  syncBuiltinESMExports();
}
