// Preloaded into the built program: as soon as it writes what SPIRAL_SIGNAL_AT matches, it sends itself the signal SPIRAL_SIGNAL.
// So the signal comes between the same two updates on any machine, however short they are.
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  const { SPIRAL_SIGNAL, SPIRAL_SIGNAL_AT } = process.env;
  const pattern = new RegExp(SPIRAL_SIGNAL_AT);
  const write = process.stdout.write;
  let isSent = false;
  process.stdout.write = (text, ...rest) => {
    const isFlushed = write.call(process.stdout, text, ...rest);
    if (!isSent && pattern.test(text)) {
      isSent = true;
      process.kill(process.pid, SPIRAL_SIGNAL);
    }
    return isFlushed;
  };
}
